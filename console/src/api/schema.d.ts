// Generated from docs/openapi.json by `npm run types`.

export interface paths {
    "/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The queue. Without parameters: what needs a human. */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/not-shown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the default view leaves out, and why. */
        get: operations["not_shown"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One alert with its rule, evidence and history. */
        get: operations["show_alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes the alert with a disposition. */
        post: operations["close_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/{id}/own": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the alert; the caller becomes its owner. */
        post: operations["own_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the alert back to the queue. */
        post: operations["release_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a closing back. */
        post: operations["reopen_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records that became no event, newest first. */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends records through the parsers again. */
        post: operations["replay_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_dead_letter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who decided what, in order. */
        get: operations["decisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replays the demonstration. */
        post: operations["start_demo"];
        /** Removes everything the demonstration brought. */
        delete: operations["wipe_demo"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Looks for what is wrong, and says how to mend it. */
        get: operations["doctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hunt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the event store. */
        post: operations["hunt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hunt/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** How many events match, over time. */
        post: operations["histogram"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_imports"];
        put?: never;
        /** Reads a file of this machine. Only for the local operator. */
        post: operations["start_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["show_import"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops an import; what it handed over stays. */
        post: operations["cancel_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Both ledgers, per source and in all. */
        get: operations["ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a one-time link into the console. Only for the local operator. */
        post: operations["create_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds rules or replaces those with the same id. */
        post: operations["import_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/lint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Compiles rules and says what is wrong with them; changes nothing. */
        post: operations["lint_rules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tries one rule on events. */
        post: operations["test_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rule with its text. */
        get: operations["show_rule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is. */
        get: operations["session"];
        put?: never;
        post?: never;
        /** Signs out. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/shutdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops the site. Only for the local operator. */
        post: operations["shutdown"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_sources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{name}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a token for pushing over HTTP; it is shown this once. */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{name}/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The site at a glance. */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live events. `Last-Event-ID` continues where a broken connection stopped; a `reset` says that
         *     too much was missed. The first event is a heartbeat: what happens after it is not missed.
         */
        get: operations["stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["list_suppressions"];
        put?: never;
        /** Keeps later matches out of the queue until an expiry, for a reason. */
        post: operations["suppress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/suppressions/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a suppression would have hidden. */
        post: operations["preview_suppression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/suppressions/{id}/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a suppression before its expiry. */
        post: operations["lift_suppression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What was done to what, in the words of the permission taxonomy: `alert.close`, `rule.import`. */
        Action: {
            /** @description `resource.verb`. */
            name: string;
            /** @description Ids of what it was done to. */
            objects: string[];
        };
        /** @description Who acts. */
        Actor: {
            /** @enum {string} */
            kind: "person";
            /** @description A person with an account. */
            name: string;
        } | {
            /** @enum {string} */
            kind: "local_operator";
            /** @description The person at the machine, known by the peer credential of the local socket. */
            name: string;
        } | {
            /** @enum {string} */
            kind: "service";
            /** @description One of our own services, by its role's name. */
            name: string;
        };
        /** @description A whole alert. */
        Alert: components["schemas"]["AlertRow"] & {
            /** @description From the log: hostile text. The first one is the grouping entity. */
            all_entities: components["schemas"]["Entity"][];
            /** @description The first match's evidence. */
            evidence: string[];
            /** @description Rule and first entity; later matches with the same key join this alert while it is open. */
            group_key: string;
            matched: components["schemas"]["MatchedField"][];
            note?: string | null;
            /** @description Evidence of later matches, newest last. */
            related: string[];
            rule_revision: string;
            /** @description W3C traceparent of the record that raised it. */
            trace: string;
        };
        AlertChange: {
            alert: components["schemas"]["AlertRow"];
            /** @description It was not there before. */
            created: boolean;
        };
        /** @description Everything the side panel shows. */
        AlertDetail: {
            alert: components["schemas"]["Alert"];
            /** @description The first match's events first, then related ones, newest last. */
            evidence: components["schemas"]["Evidence"][];
            /** @description Decisions about this alert, oldest first. */
            history: components["schemas"]["DecisionEntry"][];
            rule?: components["schemas"]["RuleSummary"] | null;
            seen_before: components["schemas"]["SeenBefore"];
        };
        AlertPage: {
            alerts: components["schemas"]["AlertRow"][];
            /**
             * Format: int64
             * @description Alerts that match, without limit and offset.
             */
            total: number;
        };
        /** @description One line of the queue. */
        AlertRow: {
            /** @description ATT&CK ids. */
            attack: string[];
            author: string;
            /**
             * Format: int64
             * @description Matches in this alert.
             */
            count: number;
            /** Format: int64 */
            created_at: number;
            disposition?: components["schemas"]["Disposition"] | null;
            /**
             * Format: int32
             * @description Distinct entities.
             */
            entities: number;
            entity?: components["schemas"]["Entity"] | null;
            /** Format: int64 */
            first_seen: number;
            id: string;
            /** Format: int64 */
            last_seen: number;
            owner?: string | null;
            rule: string;
            severity: components["schemas"]["Severity"];
            source: string;
            status: components["schemas"]["AlertStatus"];
            title: string;
            /** Format: int64 */
            updated_at: number;
        };
        /** @enum {string} */
        AlertStatus: "new" | "owned" | "closed";
        /**
         * @description How sure we are of the actor.
         * @enum {string}
         */
        AuthStrength: "internal" | "peer_credential" | "one_time_link" | "token";
        Bucket: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            start: number;
        };
        /** @enum {string} */
        CheckOutcome: "ok" | "warning" | "failure";
        Close: {
            disposition: components["schemas"]["Disposition"];
            /** @description For those who meet it again; at most 4,000 characters. */
            note?: string | null;
        };
        DeadLetterDetail: {
            letter: components["schemas"]["DeadLetterRow"];
            /** @description The whole record, with U+FFFD where it is not UTF-8. Hostile text. */
            raw: string;
            /** @description Whether `raw` is exactly the record. */
            utf8: boolean;
        };
        DeadLetterPage: {
            letters: components["schemas"]["DeadLetterRow"][];
            /** Format: int64 */
            total: number;
        };
        /**
         * @description Why a record could not become a valid event.
         * @enum {string}
         */
        DeadLetterReason: "unknown_format" | "unparsable" | "invalid" | "too_large" | "too_deep" | "damaged";
        DeadLetterRow: {
            /** Format: int64 */
            bytes: number;
            /** @description In plain words. */
            detail: string;
            /** @description The sender as the listener saw it, or the file. Hostile text. */
            host: string;
            id: string;
            /** @description `name@version` of the parser that was tried, empty when none was. */
            parser: string;
            /** @description The record's first 200 characters. Hostile text. */
            preview: string;
            reason: components["schemas"]["DeadLetterReason"];
            /** Format: int64 */
            received_at: number;
            source: string;
            state: components["schemas"]["DeadLetterState"];
        };
        /** @enum {string} */
        DeadLetterState: "waiting" | "replayed";
        /** @description One entry of the decision log. */
        DecisionEntry: {
            action: components["schemas"]["Action"];
            actor: components["schemas"]["Actor"];
            /** Format: int64 */
            at: number;
            auth: components["schemas"]["AuthStrength"];
            reason: string;
            /**
             * Format: int64
             * @description Dense, from 1.
             */
            seq: number;
        };
        DecisionLog: {
            decisions: components["schemas"]["DecisionEntry"][];
        };
        DemoReport: {
            /**
             * Format: int64
             * @description Records that will be replayed.
             */
            records: number;
            /**
             * Format: int64
             * @description How long it will take; 0 when it goes as fast as it can.
             */
            seconds: number;
        };
        /** @description Replays the demonstration. */
        DemoStart: {
            /**
             * Format: double
             * @description 1 is real time; 0 or absent means as fast as it goes.
             */
            speed?: number | null;
        };
        /** @description What the wiping took away. */
        DemoWiped: {
            /** Format: int64 */
            alerts: number;
            /** Format: int64 */
            dead_letters: number;
            /** Format: int64 */
            events: number;
        };
        DiskStatus: {
            /** Format: int64 */
            free_bytes: number;
            /**
             * Format: int64
             * @description Kept free so that alerts and decisions never stop for a full disk.
             */
            reserve_bytes: number;
            /** Format: int64 */
            used_bytes: number;
        };
        /**
         * @description How a human judged it, with the console's words.
         * @enum {string}
         */
        Disposition: "true_positive" | "benign_true_positive" | "false_positive_rule" | "false_positive_data" | "duplicate" | "test";
        DoctorCheck: {
            /** @description `AUR0012`; its page is `docs/errors/AUR0012.md`. */
            code?: string | null;
            /** @description What was seen, in one line. */
            detail: string;
            /** @description What to do about it. */
            fix?: string | null;
            name: string;
            outcome: components["schemas"]["CheckOutcome"];
        };
        DoctorReport: {
            checks: components["schemas"]["DoctorCheck"][];
        };
        /** @description Accepted, with nothing more to say. */
        Done: Record<string, never>;
        EngineStatus: {
            /** Format: int64 */
            bytes: number;
            detail?: string | null;
            /** @description `memory`, `chdb 4.2`, `clickhouse 26.3`, … */
            engine: string;
            health: components["schemas"]["Health"];
            /**
             * Format: int64
             * @description Times the watchdog or its end restarted it since the site started.
             */
            restarts: number;
            /** Format: int64 */
            rows: number;
        };
        Entity: {
            kind: components["schemas"]["EntityKind"];
            /** @description From the log: hostile text. */
            value: string;
        };
        /** @enum {string} */
        EntityKind: "host" | "user" | "address" | "process" | "file" | "account";
        /** @description The body of every answer that is not a success. */
        ErrorBody: {
            error: components["schemas"]["ErrorDetail"];
        };
        ErrorDetail: {
            /** @description Stable, for programs: `not_found`, `invalid`, `conflict`, `unavailable`, … */
            code: string;
            /** @description What to do about it, where that is known. */
            fix?: string | null;
            /** @description For people, in plain words. */
            message: string;
        };
        /** @description One event behind an alert. */
        Evidence: {
            /**
             * @description The OCSF event, its `raw_data` included. Absent when retention let it go or the event
             *     store is not available; the alert's matched fields remain.
             */
            event?: Record<string, never> | null;
            uid: string;
        };
        /** @enum {string} */
        Health: "starting" | "ready" | "degraded" | "down";
        Heartbeat: {
            /** Format: int64 */
            at: number;
        };
        Histogram: {
            /** Format: int64 */
            bucket_ms: number;
            /** @description Empty buckets are left out. */
            buckets: components["schemas"]["Bucket"][];
        };
        HistogramRequest: {
            /**
             * Format: int32
             * @description How many buckets to aim for: 60 when absent, at most 1,000.
             */
            buckets?: number | null;
            query: string;
            /** Format: int64 */
            since: number;
            /** Format: int64 */
            until: number;
        };
        /** @description A question to the event store, in the hunt language. */
        Hunt: {
            /**
             * Format: int32
             * @description Rows at most: 100 when absent, never above 10,000.
             */
            limit?: number | null;
            query: string;
            /**
             * Format: int64
             * @description Event time; 24 hours before `until` when absent.
             */
            since?: number | null;
            /**
             * Format: int64
             * @description Event time, exclusive; now when absent.
             */
            until?: number | null;
        };
        HuntAnswer: {
            /** @description For aggregations, their columns. For events: `time, uid, class_name, event`. */
            columns: components["schemas"]["HuntColumn"][];
            resolved: components["schemas"]["ResolvedField"][];
            /** @description One value a column. From the log: hostile text. */
            rows: Record<string, never>[][];
            /**
             * Format: int64
             * @description Rows the engine looked at, where it tells.
             */
            scanned?: number | null;
            /** Format: int64 */
            took_ms: number;
            /** @description More matched than were returned. */
            truncated: boolean;
        };
        HuntColumn: {
            name: string;
        };
        ImportJob: {
            /**
             * Format: int64
             * @description Bytes read so far; a resumed import starts above 0.
             */
            bytes: number;
            /** @description Why it failed. */
            error?: string | null;
            /**
             * Format: int64
             * @description Records that could not be framed and went to the dead letter.
             */
            errors: number;
            /** @description `json lines`, `evtx`, `syslog`, … */
            format?: string | null;
            id: string;
            path: string;
            /**
             * Format: int64
             * @description Records handed over so far, durable.
             */
            records: number;
            /** Format: double */
            records_per_second: number;
            source: string;
            /** Format: int64 */
            started_at: number;
            state: components["schemas"]["ImportState"];
            /** Format: int64 */
            total_bytes: number;
            /** Format: int64 */
            updated_at: number;
        };
        /**
         * @description Reads a file of this machine into the site. The same file read again is the same import and
         *     resumes where it stopped.
         */
        ImportRequest: {
            /** @description Absolute. */
            path: string;
            /** @description Start over instead of resuming; records seen before are deduplicated as always. */
            restart?: boolean;
            /** @description Which parser the records meet; detected from their content when absent. */
            source?: string | null;
        };
        /** @enum {string} */
        ImportState: "queued" | "running" | "done" | "failed" | "cancelled";
        Imports: {
            /** @description Newest first. */
            imports: components["schemas"]["ImportJob"][];
        };
        KernelDrops: {
            /** Format: int64 */
            datagrams: number;
            /** @description `syslog udp 127.0.0.1:1514`. */
            listener: string;
        };
        /** @description Both ledgers. Every term is counted on its own; `difference` is what is left unexplained. */
        LedgerReport: {
            /** Format: int64 */
            at: number;
            /** @description Both ledgers balance, for every source. */
            balances: boolean;
            /**
             * Format: int64
             * @description `received` minus every other term.
             */
            difference: number;
            /** @description Datagrams the kernel threw away before we saw them, so that no sender is told otherwise. */
            kernel_drops: components["schemas"]["KernelDrops"][];
            matches: components["schemas"]["MatchLedger"];
            /**
             * Format: int64
             * @description `matches` minus every other term.
             */
            matches_difference: number;
            sources: components["schemas"]["SourceLedger"][];
            total: components["schemas"]["RecordLedger"];
        };
        LiftSuppression: {
            /** @default  */
            reason: string;
        };
        LinkCreated: {
            /** Format: int64 */
            expires_at: number;
            /** @description Opens the local administrator's session, once. */
            url: string;
        };
        /** @description Asks for a one-time link into the console. */
        LinkRequest: Record<string, never>;
        LintReport: {
            /**
             * Format: int64
             * @description Rules that compile.
             */
            compiled: number;
            problems: components["schemas"]["RuleProblem"][];
        };
        ListenerStatus: {
            address: string;
            /** @description `console`, `http ingest`, `syslog udp`, … */
            name: string;
        };
        /** @description What `GET /api/v1/stream` sends; the variant's name is the event's name, the content its data. */
        LiveEvent: {
            /** @description An alert was made or has changed; the row replaces what the reader has. */
            data: components["schemas"]["AlertChange"];
            /** @enum {string} */
            event: "alert";
        } | {
            data: components["schemas"]["LedgerReport"];
            /** @enum {string} */
            event: "ledger";
        } | {
            /** @description Sent when nothing else is, so that a reader knows a dead line from a quiet one. */
            data: components["schemas"]["Heartbeat"];
            /** @enum {string} */
            event: "heartbeat";
        } | {
            /** @description What followed the reader's last event is no longer kept: load everything again. */
            data: components["schemas"]["Reset"];
            /** @enum {string} */
            event: "reset";
        };
        /** @description `matches = alerts + grouped + suppressed`. */
        MatchLedger: {
            /** Format: int64 */
            alerts: number;
            /** Format: int64 */
            grouped: number;
            /** Format: int64 */
            matches: number;
            /** Format: int64 */
            suppressed: number;
        };
        /** @description Why a rule fired: the field as the rule names it, where it was found, and what it held. */
        MatchedField: {
            field: string;
            /** @description The OCSF path it resolved to. */
            path: string;
            selection: string;
            /** @description From the log: hostile text. */
            value: string;
        };
        /** @description What the queue leaves out, and why. Nothing is muted silently. */
        NotShown: {
            /**
             * Format: int64
             * @description Alerts closed since midnight UTC.
             */
            closed_today: number;
            /**
             * Format: int64
             * @description Records in the dead letter that still wait.
             */
            dead_lettered: number;
            /**
             * Format: int64
             * @description Open alerts that other people own.
             */
            owned_by_others: number;
            /**
             * Format: int64
             * @description Matches hidden by suppressions that are in force.
             */
            suppressed: number;
            /**
             * Format: int64
             * @description Suppressions in force.
             */
            suppressions: number;
        };
        /** @description Takes an alert. The owner is always the caller. */
        Own: {
            /** @default  */
            reason: string;
        };
        PastAlert: {
            disposition?: components["schemas"]["Disposition"] | null;
            id: string;
            /** Format: int64 */
            last_seen: number;
            note?: string | null;
            owner?: string | null;
            status: components["schemas"]["AlertStatus"];
        };
        /** @description Over the last minute, except where the name says otherwise. */
        Rates: {
            /** Format: int64 */
            alerts_last_hour: number;
            /** Format: double */
            events_per_second: number;
            /** Format: double */
            matches_per_second: number;
            /** Format: double */
            records_per_second: number;
        };
        /** @description `received = stored + deduplicated + dropped + dead_lettered + in_flight`, in records. */
        RecordLedger: {
            /** Format: int64 */
            dead_lettered: number;
            /** Format: int64 */
            deduplicated: number;
            /** Format: int64 */
            dropped: number;
            /**
             * Format: int64
             * @description Events written for the stored records: the fan-out, reported beside the balance.
             */
            events: number;
            /** Format: int64 */
            in_flight: number;
            /** Format: int64 */
            received: number;
            /** Format: int64 */
            stored: number;
        };
        /** @description Gives an owned alert back to the queue. */
        Release: {
            /** @default  */
            reason: string;
        };
        /** @description Takes a closing back. */
        Reopen: {
            /** @default  */
            reason: string;
        };
        /** @description Sends dead letters through the parsers again. Absent filters match every waiting one. */
        Replay: {
            /**
             * @description Why, for the decision log.
             * @default
             */
            because: string;
            /**
             * @description Exactly these; empty means all that the filters name.
             * @default []
             */
            ids: string[];
            /** @default null */
            reason: components["schemas"]["DeadLetterReason"] | null;
            /** @default null */
            source: string | null;
        };
        ReplayReport: {
            /**
             * Format: int64
             * @description Records sent again; those that fail again come back as new dead letters.
             */
            replayed: number;
        };
        Reset: Record<string, never>;
        /** @description A field as it was written and the OCSF path it was resolved to. */
        ResolvedField: {
            path: string;
            written: string;
        };
        RoleStatus: {
            /** @description Why, when it is not ready. */
            detail?: string | null;
            health: components["schemas"]["Health"];
            role: string;
            /**
             * Format: int64
             * @description Messages on the bus that it has not worked off; absent for a role that takes none.
             */
            waiting?: number | null;
        };
        RuleCounts: {
            /** Format: int64 */
            broken: number;
            /** Format: int64 */
            loaded: number;
        };
        RuleDetail: {
            rule: components["schemas"]["RuleSummary"];
            /** @description The YAML text as it was loaded. */
            text: string;
        };
        /** @description A rule's text under the name it was read from. */
        RuleFile: {
            name: string;
            text: string;
        };
        /** @description Rules to lint or to import: given here, or read by the site from a file or directory. */
        RuleImport: {
            /** @default [] */
            files: components["schemas"]["RuleFile"][];
            /**
             * @description Only the local operator may name a path.
             * @default null
             */
            path: string | null;
            /** @default  */
            reason: string;
        };
        RuleImportReport: {
            /** Format: int64 */
            added: number;
            /** @description Left out; the others are in. */
            problems: components["schemas"]["RuleProblem"][];
            /** Format: int64 */
            unchanged: number;
            /** Format: int64 */
            updated: number;
        };
        RulePage: {
            /** @description Rules that were found but do not compile. They stop none of the others. */
            broken: components["schemas"]["RuleProblem"][];
            rules: components["schemas"]["RuleSummary"][];
            /** Format: int64 */
            total: number;
        };
        /** @description What is wrong with a rule, and where. */
        RuleProblem: {
            /** Format: int32 */
            column?: number | null;
            /** @description The rule cannot run; otherwise it runs and this is advice. */
            fatal: boolean;
            file: string;
            /**
             * Format: int32
             * @description From 1; absent when it concerns the whole file.
             */
            line?: number | null;
            reason: string;
        };
        RuleSummary: {
            /** @description ATT&CK ids. */
            attack: string[];
            author: string;
            description: string;
            false_positives: string[];
            /** @description Where it was loaded from, relative to the rule directory. */
            file: string;
            id: string;
            license?: string | null;
            /** @description `category`, `product` and `service` as the rule writes them. */
            logsource: string;
            /**
             * Format: int64
             * @description Matches since the site started.
             */
            matches: number;
            references: string[];
            /** @description Hash of its text. */
            revision: string;
            severity: components["schemas"]["Severity"];
            /** @description Sigma's `status`: `stable`, `test`, `experimental`, … */
            status?: string | null;
            title: string;
        };
        /** @description Tries a rule on events without touching the queue. Give `rule` or `text`. */
        RuleTest: {
            /** @description OCSF events, or raw records of a known format as `{"raw": "…"}`. */
            events: Record<string, never>[];
            rule?: string | null;
            text?: string | null;
        };
        RuleTestReport: {
            /** Format: int64 */
            matched: number;
            /** @description One an event, in order. */
            results: components["schemas"]["RuleTestResult"][];
        };
        RuleTestResult: {
            fields: components["schemas"]["MatchedField"][];
            matched: boolean;
            /** @description Why the event could not be tried. */
            problem?: string | null;
        };
        /** @description Earlier alerts with the same group key. */
        SeenBefore: {
            /** @description The latest few, newest first. */
            latest: components["schemas"]["PastAlert"][];
            /** Format: int64 */
            total: number;
        };
        /** @description Who the caller is to the site. */
        SessionInfo: {
            actor: components["schemas"]["Actor"];
            auth: components["schemas"]["AuthStrength"];
            /**
             * Format: int64
             * @description Absent on the local socket, where nothing expires.
             */
            expires_at?: number | null;
            site: string;
            site_name: string;
            version: string;
        };
        /**
         * @description OCSF `severity_id`, in rising order.
         * @enum {string}
         */
        Severity: "unknown" | "informational" | "low" | "medium" | "high" | "critical" | "fatal";
        /** @description The site at a glance. */
        SiteStatus: {
            data_dir: string;
            disk: components["schemas"]["DiskStatus"];
            engine: components["schemas"]["EngineStatus"];
            listeners: components["schemas"]["ListenerStatus"][];
            /** @description The operator's name for it. */
            name: string;
            /** Format: int64 */
            now: number;
            /** Format: int32 */
            pid: number;
            rates: components["schemas"]["Rates"];
            roles: components["schemas"]["RoleStatus"][];
            rules: components["schemas"]["RuleCounts"];
            site: string;
            /** Format: int64 */
            started_at: number;
            version: string;
        };
        /** @description Something that sends records. */
        SourceInfo: {
            /** Format: int64 */
            last_record_at?: number | null;
            name: string;
            /** @description The parser its records meet, or `auto`. */
            parser: string;
            /** Format: int64 */
            received: number;
            tokens: components["schemas"]["TokenInfo"][];
        };
        SourceLedger: {
            /** Format: int64 */
            difference: number;
            records: components["schemas"]["RecordLedger"];
            source: string;
        };
        Sources: {
            sources: components["schemas"]["SourceInfo"][];
        };
        Suppress: {
            entity?: components["schemas"]["Entity"] | null;
            /** @description Required, and shown wherever the suppression is. */
            reason: string;
            rule: string;
            /**
             * Format: int64
             * @description In the future, at most a year ahead.
             */
            until: number;
        };
        SuppressionInfo: {
            /** @description In force now. */
            active: boolean;
            author: string;
            /** Format: int64 */
            created_at: number;
            entity?: components["schemas"]["Entity"] | null;
            /**
             * Format: int64
             * @description Matches hidden so far.
             */
            hidden: number;
            id: string;
            /** Format: int64 */
            lifted_at?: number | null;
            reason: string;
            rule: string;
            rule_title?: string | null;
            /** Format: int64 */
            until: number;
        };
        SuppressionPreview: {
            /**
             * Format: int64
             * @description Alerts it would have kept out of the queue.
             */
            alerts: number;
            /** @description The latest few of them. */
            examples: components["schemas"]["AlertRow"][];
            /**
             * Format: int64
             * @description Matches in them.
             */
            matches: number;
            /**
             * Format: int64
             * @description Of those alerts, the ones that people closed as true positives: a reason to think twice.
             */
            true_positives: number;
        };
        /** @description Asks what a suppression would have hidden, before anyone decides on it. */
        SuppressionPreviewRequest: {
            entity?: components["schemas"]["Entity"] | null;
            rule: string;
            /**
             * Format: int64
             * @description Looks back to this time.
             */
            since: number;
        };
        Suppressions: {
            suppressions: components["schemas"]["SuppressionInfo"][];
        };
        TokenCreated: {
            id: string;
            source: string;
            /** @description Shown this once. */
            token: string;
        };
        /** @description A token for pushing over HTTP. Only its hash is kept. */
        TokenInfo: {
            /** Format: int64 */
            created_at: number;
            created_by: string;
            id: string;
            label: string;
            /** Format: int64 */
            revoked_at?: number | null;
        };
        TokenRequest: {
            /**
             * @description Who or what will use it.
             * @default
             */
            label: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_alerts: {
        parameters: {
            query?: {
                view?: "needs_human" | "all";
                status?: "new" | "owned" | "closed";
                /** @description This severity or worse. */
                severity?: "unknown" | "informational" | "low" | "medium" | "high" | "critical" | "fatal";
                rule?: string;
                owner?: string;
                /** @description Part of the title, an entity's value, the rule's id or the alert's id; case does not matter. */
                text?: string;
                /** @description Last seen at or after this time, in epoch milliseconds. */
                since?: number;
                /** @description At most 10,000; 200 when absent. */
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    not_shown: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotShown"];
                };
            };
        };
    };
    show_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    close_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Close"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    own_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Own"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    release_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Release"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    reopen_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reopen"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertRow"];
                };
            };
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                reason?: "unknown_format" | "unparsable" | "invalid" | "too_large" | "too_deep" | "damaged";
                source?: string;
                state?: "waiting" | "replayed";
                /** @description At most 10,000; 100 when absent. */
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
        };
    };
    replay_dead_letters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayReport"];
                };
            };
        };
    };
    show_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    decisions: {
        parameters: {
            query?: {
                /** @description Only later ones. */
                after?: number;
                /** @description Only those about this object, by its id. */
                object?: string;
                /** @description At most 10,000; 100 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DecisionLog"];
                };
            };
        };
    };
    start_demo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DemoStart"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoReport"];
                };
            };
        };
    };
    wipe_demo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoWiped"];
                };
            };
        };
    };
    doctor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorReport"];
                };
            };
        };
    };
    hunt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Hunt"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HuntAnswer"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    histogram: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HistogramRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Histogram"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_imports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imports"];
                };
            };
        };
    };
    start_import: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_import: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cancel_import: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportJob"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    ledger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerReport"];
                };
            };
        };
    };
    create_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkCreated"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_rules: {
        parameters: {
            query?: {
                /** @description Part of the title, id, file, author or an ATT&CK id; case does not matter. */
                text?: string;
                /** @description At most 10,000; 200 when absent. */
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulePage"];
                };
            };
        };
    };
    import_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleImportReport"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    lint_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LintReport"];
                };
            };
        };
    };
    test_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleTest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleTestReport"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    show_rule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleDetail"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionInfo"];
                };
            };
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
        };
    };
    shutdown: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sources"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteStatus"];
                };
            };
        };
    };
    stream: {
        parameters: {
            query?: never;
            header?: {
                "Last-Event-ID"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["LiveEvent"];
                };
            };
        };
    };
    list_suppressions: {
        parameters: {
            query?: {
                /** @description Also those that expired or were lifted. */
                past?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suppressions"];
                };
            };
        };
    };
    suppress: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Suppress"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressionInfo"];
                };
            };
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    preview_suppression: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuppressionPreviewRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressionPreview"];
                };
            };
        };
    };
    lift_suppression: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LiftSuppression"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressionInfo"];
                };
            };
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
