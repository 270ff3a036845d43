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
    "/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for approval, newest first. */
        get: operations["list_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One with its exact arguments and what it would touch. */
        get: operations["show_approval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agrees to exactly this, as another person who may do it. */
        post: operations["approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/assert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The asker proves who they are. */
        post: operations["assert_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back what one asked for. */
        post: operations["cancel_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the caller must answer to prove who they are, for this and nothing else. */
        post: operations["challenge_approval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says no. One no is enough. */
        post: operations["deny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes records of decisions out of the audit log, for good. */
        post: operations["erase_audit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/break-glass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who acts alone now. */
        get: operations["list_break_glass"];
        put?: never;
        /** Opens a window of 60 minutes in which the caller acts alone. Another administrator agrees first. */
        post: operations["open_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/break-glass/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes a window early. */
        post: operations["end_break_glass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What opens the caller's account. */
        get: operations["credentials"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/generator": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a code generator, which counts once a code of it has come with a password. */
        post: operations["new_generator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/identities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Lets an account of the other provider no longer open the caller's. */
        delete: operations["remove_identity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the passkey that the browser made. */
        post: operations["add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/passkeys/ask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the caller's browser for a new passkey. */
        post: operations["ask_for_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes one of the caller's passkeys. */
        delete: operations["remove_passkey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets a password, with a code of a generator. */
        post: operations["set_password"];
        /** Removes the caller's password with its codes. */
        delete: operations["remove_password"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/credentials/provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends the caller to the other provider, whose account then opens theirs. */
        post: operations["link_provider"];
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
    "/enrolments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hosts that have enrolled, and codes with which more may. */
        get: operations["list_enrolments"];
        put?: never;
        /** Makes a code with which one host may enrol once; it is shown this once. */
        post: operations["create_enrol_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/enrolments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a code, or denies a host: its connections end. */
        delete: operations["revoke_enrolment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/entities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hosts, users, addresses, devices and accounts, the riskiest first. */
        get: operations["list_entities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/entities/one": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entity with its alerts, incidents and newest events. */
        get: operations["show_entity"];
        put?: never;
        /** Says owner, criticality or a note of an entity. */
        post: operations["set_entity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How this site federates, with whom, and who is on the way in. */
        get: operations["federation_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an invitation with which one site may ask to join; it is shown this once. */
        post: operations["invite_site"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the primary to let this site in. */
        post: operations["join_mesh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leaves the mesh; at the primary, takes a site out of it. */
        post: operations["leave_mesh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a new key for this site among sites; the former one counts a while longer. */
        post: operations["rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/federation/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that the operators of both sites have compared their code. */
        post: operations["verify_site"];
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
    "/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Incidents. Without parameters: those that need a human, by falling risk. */
        get: operations["list_incidents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One incident with its stages, alerts, entities and reasons. */
        get: operations["show_incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes the incident with a disposition; its alerts stay as they are. */
        post: operations["close_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a note. */
        post: operations["note_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}/own": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the incident; the caller becomes its owner. */
        post: operations["own_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives the incident back. */
        post: operations["release_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/incidents/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a closing back. */
        post: operations["reopen_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indicators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sets of all sources, and an import that runs. */
        get: operations["list_indicator_sets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indicators/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an event with this value would match now. */
        post: operations["check_indicator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indicators/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a source's set from feeds' files and puts it in force in place of the one before. */
        post: operations["import_indicators"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/indicators/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A source's set with some of its indicators. */
        get: operations["show_indicator_set"];
        put?: never;
        post?: never;
        /** Takes a source's set out of force and forgets it. */
        delete: operations["remove_indicator_set"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own keys. */
        get: operations["list_keys"];
        put?: never;
        /** Makes a key of the caller's own. Its token is in the answer and nowhere else. */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/everybody": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody's keys. */
        get: operations["list_all_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/everybody/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends somebody's key. */
        delete: operations["revoke_any_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a key of the caller's own. */
        delete: operations["revoke_key"];
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
    "/notify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ways by which people are told of alerts, and how they do. */
        get: operations["list_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notify/{channel}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message that says it is a test, now. */
        post: operations["test_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody with an account, by name. */
        get: operations["list_people"];
        put?: never;
        /**
         * Makes an account. On the site's machine, `aurorasoc people recover` prints the link that opens it
         *     for the first time.
         */
        post: operations["create_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/administrator": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes somebody an administrator, or no longer one. */
        post: operations["set_administrator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Names, disables or enables an account, or says whose alias it is. */
        post: operations["change_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an API key of somebody, such as an account for a program. At the host only. */
        post: operations["issue_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends everything that opens an account and makes a one-time link into it. At the host only. */
        post: operations["recover_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people/{name}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives somebody exactly these roles, beside `admin`, which this neither gives nor takes. */
        post: operations["set_roles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All roles with what they may: those that every site has, then the site's own. */
        get: operations["list_roles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/roles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Makes a role of the site's own, or replaces it. */
        put: operations["set_role"];
        post?: never;
        /** Removes a role of the site's own. */
        delete: operations["remove_role"];
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
    "/rules/backtests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins to run rules over stored events. */
        post: operations["start_backtest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/backtests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far it is, and its report when it is done. */
        get: operations["show_backtest"];
        put?: never;
        post?: never;
        /** Ends it early. */
        delete: operations["cancel_backtest"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules in force by tactic and technique of ATT&CK. */
        get: operations["rule_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says which parts of a rule's condition hold for an event, and which do not. */
        post: operations["explain_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/explain/correlation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says which rules of a correlation hit, into which groups, and how near each came to the condition. */
        post: operations["explain_correlation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How each rule is: broken, noisy, slow, without events, silent. */
        get: operations["rule_health"];
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
    "/rules/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a reload of the rule folders would change. */
        get: operations["pending_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads the rule folders again and puts what is there in force. */
        post: operations["reload_rules"];
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
    "/rules/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest changes of rules. */
        get: operations["list_rule_versions"];
        put?: never;
        post?: never;
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
    "/rules/{id}/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts an earlier version of an imported rule back in force. */
        post: operations["revert_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of one rule, also of one that is gone. */
        get: operations["rule_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rules/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version with its text. */
        get: operations["show_rule_version"];
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
    "/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's own sessions. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/everybody": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody's sessions. */
        get: operations["list_all_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/everybody/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends somebody's session. */
        delete: operations["revoke_any_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a session of the caller's own. */
        delete: operations["revoke_session"];
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
    "/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This site and those it is federated with. */
        get: operations["list_sites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sites/{site}/cut": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cuts the link to a site as the network would, for a drill. */
        post: operations["cut_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sites/{site}/heal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a cut back. */
        post: operations["heal_link"];
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
    "/system/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sites and links as this site sees them, now and in the last 24 hours. */
        get: operations["topology"];
        put?: never;
        post?: never;
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
        AddPasskey: {
            /** @description What the browser made, in WebAuthn's own JSON. */
            credential: Record<string, never>;
            /** @description What its holder calls it. */
            label: string;
        };
        /** @description A whole alert. */
        Alert: components["schemas"]["AlertRow"] & {
            /** @description From the log: hostile text. The first one is the grouping entity. */
            all_entities: components["schemas"]["Entity"][];
            correlated?: components["schemas"]["Correlated"] | null;
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
            incident?: components["schemas"]["IncidentRow"] | null;
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
            origin?: components["schemas"]["Origin"] | null;
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
        /** @description A key that was just made; its token is not shown again. */
        ApiKeyCreated: {
            key: components["schemas"]["ApiKeyInfo"];
            /** @description For `Authorization: Bearer`. */
            token: string;
        };
        /** @description An API key, without its token. */
        ApiKeyInfo: {
            /** Format: int64 */
            created_at: number;
            /** Format: int64 */
            expires_at: number;
            id: string;
            label: string;
            /** @description What it is narrowed to; absent for everything that its owner may do. */
            permissions?: string[] | null;
            person: string;
            /** Format: int64 */
            used_at?: number | null;
        };
        ApiKeyList: {
            keys: components["schemas"]["ApiKeyInfo"][];
        };
        /** @description An action that waits for approval, or waited. */
        ApprovalInfo: {
            /** @description The hash that all assertions and approvals are bound to. */
            action: string;
            /** @description Exactly what would be done: the query and the body of the request. */
            arguments: unknown;
            /** Format: int64 */
            asked_at: number;
            asked_by: components["schemas"]["Actor"];
            /** @description What it would touch, counted by the site; a fact a line. */
            blast: string[];
            denied_by?: components["schemas"]["Actor"] | null;
            /**
             * Format: int64
             * @description Whatever nobody decided by then is denied.
             */
            expires_at: number;
            given: components["schemas"]["GivenApproval"][];
            id: string;
            /**
             * Format: int32
             * @description How many other people still have to agree.
             */
            lacks_approvers: number;
            lacks_step_up: boolean;
            object: string;
            permission: string;
            /** @description Names the policies that asked for it. */
            policy: string;
            reason: string;
            /** @description `pending`, `approved`, `denied`, `expired` or `used`. */
            state: string;
        };
        Approvals: {
            approvals: components["schemas"]["ApprovalInfo"][];
        };
        Approve: {
            /** @description As in `Assert`; the local operator needs none. */
            assertion?: unknown;
            note?: string;
        };
        Assert: {
            /** @description `{"totp": "123456"}`, or what the browser made of the challenge with a passkey. */
            assertion: unknown;
        };
        /** @description Takes records out of the audit log. Their entries and every proof of others stay. */
        AuditErase: {
            /** @description Numbers of decisions. */
            numbers: number[];
            /** @description Why; it stays on record. */
            reason: string;
        };
        /** @description The head of a site's audit log, and whether others vouch for it. */
        AuditHead: {
            /** @description It does not continue what was seen of it before. */
            forked: boolean;
            /** @description Of the tree over them, in base64. */
            root: string;
            /**
             * Format: int64
             * @description Entries.
             */
            size: number;
            /**
             * Format: int64
             * @description Entries of the newest head that this site has cosigned; of this site's own log, the newest that
             *     another site has.
             */
            witnessed?: number | null;
        };
        /**
         * @description How sure we are of the actor.
         * @enum {string}
         */
        AuthStrength: "internal" | "peer_credential" | "one_time_link" | "token" | "certificate" | "password" | "totp" | "passkey" | "api_key" | "oidc";
        /** @description What rules would have found in the events of a time range. */
        Backtest: {
            cost: components["schemas"]["Cost"];
            /**
             * Format: int64
             * @description The oldest event that the store still has, when it is later than `since`: before it nothing
             *     could be found.
             */
            events_from?: number | null;
            /** @description What was not looked at, in words. Empty when everything was. */
            gaps: string[];
            rules: components["schemas"]["BacktestRule"][];
            /** Format: int64 */
            since: number;
            /** Format: int64 */
            until: number;
        };
        /** @description A backtest that runs or ran. Kept in memory; a restart forgets it. */
        BacktestJob: {
            id: string;
            /** @description Why it failed. */
            problem?: string | null;
            /** Format: int64 */
            read: number;
            report?: components["schemas"]["Backtest"] | null;
            /** Format: int64 */
            started_at: number;
            state: components["schemas"]["BacktestState"];
            /**
             * Format: int64
             * @description Events to read, as far as it is known.
             */
            total: number;
        };
        /**
         * @description Asks what rules would have found in stored events. Give `rules`, `files`, or both: files then hold
         *     rules that are not in force, or others that correlations refer to.
         */
        BacktestRequest: {
            /** @default [] */
            files: components["schemas"]["RuleFile"][];
            /**
             * @description Rules by id, of the files or in force. Empty: every rule of the files.
             * @default []
             */
            rules: string[];
            /**
             * Format: int64
             * @default 0
             */
            since: number;
            /**
             * Format: int64
             * @description Now when absent.
             * @default null
             */
            until: number | null;
        };
        /** @description What one rule would have found. */
        BacktestRule: {
            /**
             * Format: int64
             * @description Events of the rule's logsource.
             */
            candidates: number;
            /** @description Every day of the range in UTC, also those without a match. */
            days: components["schemas"]["DayCount"][];
            /**
             * Format: int64
             * @description At most [`Backtest::MAX_ENTITIES`] are told apart.
             */
            distinct_entities: number;
            /** Format: int64 */
            matches: number;
            overlap: components["schemas"]["Overlap"];
            precision?: components["schemas"]["Precision"] | null;
            revision: string;
            rule: string;
            /** @description Spread over the range, oldest first. */
            samples: components["schemas"]["Sample"][];
            /** @description A correlation: a match is a window that fired. */
            stateful: boolean;
            title: string;
            /** @description The most frequent first. */
            top_entities: components["schemas"]["EntityCount"][];
        };
        /** @enum {string} */
        BacktestState: "running" | "done" | "failed" | "cancelled";
        /** @description A host that has said an address is its own, and on which days (UTC, days since 1970). */
        Binding: {
            /** Format: int64 */
            first_day: number;
            /** @description The host's [`Entity::key`]. */
            host: string;
            /** Format: int64 */
            last_day: number;
        };
        /** @description A window in which somebody acts alone. */
        BreakGlassInfo: {
            /** Format: int64 */
            ended_at?: number | null;
            holder: components["schemas"]["Actor"];
            id: string;
            /** Format: int64 */
            opened_at: number;
            reason: string;
            /** Format: int64 */
            until: number;
            /**
             * Format: int64
             * @description What was done under it that would have needed more.
             */
            uses: number;
        };
        BreakGlassWindows: {
            windows: components["schemas"]["BreakGlassInfo"][];
        };
        Bucket: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            start: number;
        };
        /** @description What must be answered; absent for a caller who has no means to, or needs none. */
        Challenge: {
            challenge?: unknown;
        };
        /** @description What is absent stays as it is. */
        ChangePerson: {
            /** @description Another account of the same human; empty for none. */
            alias_of?: string | null;
            disabled?: boolean | null;
            display_name?: string | null;
            host_users?: string[] | null;
            reason?: string;
        };
        ChangedRule: {
            /** @description Whether it may fire on other events than before; otherwise only its words changed. */
            detects_otherwise: boolean;
            edits: components["schemas"]["Edit"][];
            id: string;
            title: string;
        };
        /** @enum {string} */
        CheckOutcome: "ok" | "warning" | "failure";
        Close: {
            disposition: components["schemas"]["Disposition"];
            /** @description For those who meet it again; at most 4,000 characters. */
            note?: string | null;
        };
        /** @description The window of a correlation that fired. */
        Correlated: {
            /** @description Events that came out of order have changed it. */
            amended: boolean;
            /** @description A bound was reached, so that the number of events or values is an estimate. */
            approximate: boolean;
            /**
             * Format: int64
             * @description Events in the window; the alert's evidence may name fewer.
             */
            events: number;
            /**
             * Format: int64
             * @description Event times of the first and the last of them, epoch milliseconds.
             */
            first: number;
            /** @description Names and values of the group. */
            group: components["schemas"]["GroupValue"][];
            /** Format: int64 */
            last: number;
            /** @description An event that came later than allowed brought it about. */
            late: boolean;
            /** @description What the correlator calls it, should it change. */
            window: string;
            /** @description Events that came out of order show that there was nothing to alert about. */
            withdrawn: boolean;
        };
        /**
         * @description Why a correlation fires on some events, or why it does not: which of its rules hit, into which
         *     groups the hits fell, and how near each group's best window came to the condition.
         */
        CorrelationExplanation: {
            /** @description As the rule has it: `gte: 10`, or which rules are wanted. */
            condition: string;
            /**
             * Format: int64
             * @description Events that were given.
             */
            events: number;
            /** @description Fields whose values are counted or measured. */
            fields: string[];
            fired: boolean;
            group_by: string[];
            /**
             * @description Those that fire first, then those that come nearest; at most
             *     [`CorrelationExplanation::GROUPS`].
             */
            groups: components["schemas"]["GroupWindow"][];
            /** Format: int64 */
            groups_total: number;
            /** @description `event_count`, `value_count`, `temporal`, …. */
            kind: string;
            /** @description What it refers to, in its order. */
            members: components["schemas"]["MemberHits"][];
            rule: string;
            /** Format: int64 */
            timespan_ms: number;
            title: string;
        };
        Cost: {
            /**
             * Format: int64
             * @description Of it, in the rules rather than in the event store.
             */
            evaluating_ms: number;
            /**
             * Format: int64
             * @description Events in the range, of every class.
             */
            events_in_range: number;
            /**
             * Format: int64
             * @description Events read: those of the classes that the rules are about.
             */
            events_read: number;
            /**
             * Format: int64
             * @description Queries put to the event store.
             */
            queries: number;
            /** Format: int64 */
            took_ms: number;
        };
        /** @description Which tactics and techniques of ATT&CK rules are tagged with. */
        Coverage: {
            /**
             * Format: int64
             * @description Rules that were looked at.
             */
            rules: number;
            /** @description Every tactic in the order of an attack, also those without a rule. */
            tactics: components["schemas"]["TacticCoverage"][];
            /**
             * Format: int64
             * @description Distinct techniques and sub-techniques.
             */
            techniques: number;
            /**
             * Format: int64
             * @description Of these, rules without any ATT&CK technique.
             */
            untagged: number;
        };
        CreateApiKey: {
            /**
             * Format: int32
             * @description How long it lives.
             */
            days: number;
            /** @description What it is for. */
            label: string;
            /** @description Narrows it to these; absent for everything that its owner may do. */
            permissions?: string[] | null;
            reason?: string;
        };
        /** @description Makes an account. A one-time link, made on the site's machine, opens it for the first time. */
        CreatePerson: {
            display_name?: string;
            /** @description 2 to 40 of a-z, 0-9, `.`, `_` and `-`. It never changes and is never given again. */
            name: string;
            reason?: string;
            /** @description Any but `admin`, which takes more. */
            roles?: string[];
        };
        /** @description What opens the caller's account. */
        CredentialsInfo: {
            identities: components["schemas"]["IdentityInfo"][];
            passkeys: components["schemas"]["PasskeyInfo"][];
            /** @description A password with codes. */
            password: boolean;
            /** @description What the other provider is called, where there is one. */
            provider?: string | null;
        };
        /**
         * @description How much it matters when something happens to an entity; set by people.
         * @enum {string}
         */
        Criticality: "low" | "normal" | "high" | "critical";
        DayCount: {
            /** Format: int64 */
            count: number;
            /** @description `YYYY-MM-DD`, UTC. */
            day: string;
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
            /** @description Names the policies that allowed it, if it had to be allowed. */
            policy?: string | null;
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
        Deny: {
            reason?: string;
        };
        /** @description A site that left the mesh. */
        DepartedSite: {
            /**
             * Format: int64
             * @description When this site heard of it.
             */
            at: number;
            id: string;
            label: string;
            name: string;
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
        /** @description A host that has enrolled. */
        EdgeInfo: {
            /** Format: int64 */
            denied_at?: number | null;
            denied_by?: string | null;
            /** Format: int64 */
            enrolled_at: number;
            /**
             * Format: int64
             * @description When its certificate ends.
             */
            expires_at: number;
            host: string;
            id: string;
            label: string;
            /** Format: int64 */
            renewed_at: number;
            source: string;
        };
        /** @description One thing that is not as it was. */
        Edit: {
            /** @description Absent when it is no longer there. */
            after?: string | null;
            /** @description Absent when it was not there. */
            before?: string | null;
            /** @description `level`, `condition`, `selection`, or `selection: CommandLine|contains`. */
            what: string;
        };
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
        EnrolTokenCreated: {
            /** @description Shown this once. */
            code: string;
            /** Format: int64 */
            expires_at: number;
            host: string;
            id: string;
        };
        /** @description A code that was made. Only the hash of its token is kept. */
        EnrolTokenInfo: {
            /** Format: int64 */
            created_at: number;
            created_by: string;
            /** @description The host that used it. */
            edge?: string | null;
            /** Format: int64 */
            expires_at: number;
            host: string;
            id: string;
            label: string;
            /** Format: int64 */
            revoked_at?: number | null;
            source: string;
            /** Format: int64 */
            used_at?: number | null;
        };
        /** @description Asks for a code with which one host may enrol once. */
        EnrolTokenRequest: {
            /** @description Names of hosts that may use it; `*` stands for any text. */
            host: string;
            /** @description What it is for. */
            label?: string;
            /**
             * Format: int64
             * @description Minutes for which it is good: 1 to 15.
             */
            minutes?: number;
            /** @description Whose records the host may push; `auto` lets each feed's own source stand. */
            source?: string;
        };
        /** @description Who has enrolled, and who may. */
        Enrolments: {
            /** @description SHA-256 of the certificate of the site's authority. */
            authority: string;
            /**
             * Format: int64
             * @description When that ends.
             */
            authority_ends_at: number;
            edges: components["schemas"]["EdgeInfo"][];
            /** @description The newest first, as are the hosts. */
            tokens: components["schemas"]["EnrolTokenInfo"][];
        };
        Entity: {
            kind: components["schemas"]["EntityKind"];
            /** @description From the log: hostile text. */
            value: string;
        };
        EntityCount: {
            /** Format: int64 */
            count: number;
            entity: components["schemas"]["Entity"];
        };
        /** @description An entity and what happened around it. */
        EntityDetail: {
            /** @description The newest, at most 50. */
            alerts: components["schemas"]["AlertRow"][];
            /** Format: int64 */
            alerts_total: number;
            entity: components["schemas"]["Entity"];
            /** @description The newest, at most 20. */
            events: Record<string, never>[];
            /** @description Why there are no events, when they could not be looked for. */
            events_missing?: string | null;
            /** @description What people said of it, oldest first. */
            history: components["schemas"]["DecisionEntry"][];
            /** @description Those that it has a part in, the newest first, at most 20. */
            incidents: components["schemas"]["IncidentRow"][];
            known?: components["schemas"]["EntityRow"] | null;
            /** @description Oldest first. */
            notes: components["schemas"]["Note"][];
            /** @description The hunt that finds its events. */
            query: string;
        };
        /** @enum {string} */
        EntityKind: "host" | "user" | "address" | "process" | "file" | "account" | "hash" | "device";
        EntityPage: {
            entities: components["schemas"]["EntityRow"][];
            /**
             * Format: int64
             * @description Entities that match, without limit and offset.
             */
            total: number;
        };
        /** @description One line of the entity store. */
        EntityRow: components["schemas"]["Entity"] & {
            criticality: components["schemas"]["Criticality"];
            /** Format: int64 */
            first_seen: number;
            /** @description Of an address: whose it is, by what hosts say. */
            hosts: components["schemas"]["Binding"][];
            /**
             * Format: int64
             * @description Behind by at most a few minutes while events flow.
             */
            last_seen: number;
            /** Format: int32 */
            open_alerts: number;
            owner?: string | null;
            /**
             * Format: int32
             * @description 0 to 100, from open alerts and criticality.
             */
            risk: number;
            sources: string[];
        };
        /** @description The body of every answer that is not a success. */
        ErrorBody: {
            error: components["schemas"]["ErrorDetail"];
        };
        ErrorDetail: {
            /** @description The approval that was asked for in the caller's stead: with `approval_needed`. */
            approval?: string | null;
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
        /** @description Asks why a correlation in force fires on some events, or why it does not. Give `events`, or `since` for stored ones. */
        ExplainCorrelation: {
            /** @description OCSF events in any order, at most [`ExplainCorrelation::MAX_EVENTS`]; windows go by their time. */
            events?: Record<string, never>[];
            rule: string;
            /**
             * Format: int64
             * @description Stored events from this time on; as many as may be given, no more.
             */
            since?: number | null;
            /**
             * Format: int64
             * @description Exclusive; now when absent.
             */
            until?: number | null;
        };
        /** @description A part of a condition, and what the event made of it. */
        ExplainNode: {
            field?: components["schemas"]["FieldSeen"] | null;
            holds: boolean;
            kind: components["schemas"]["NodeKind"];
            /**
             * Format: int32
             * @description Where it stands in the rule file, from 1.
             */
            line?: number | null;
            /** @description A selection's name. */
            name?: string | null;
            parts?: components["schemas"]["ExplainNode"][];
        };
        /**
         * @description Asks why a rule fires on an event or does not. Give `rule` or `text`, and one of `uid`, `event`
         *     and `raw`.
         */
        ExplainRequest: {
            /** @description An OCSF event. */
            event?: Record<string, never> | null;
            /**
             * @description A record as its source writes it.
             * @default null
             */
            raw: string | null;
            /**
             * @description A rule in force.
             * @default null
             */
            rule: string | null;
            /**
             * @description What `raw` is of; found out from its content when absent.
             * @default null
             */
            source: string | null;
            /**
             * @description A rule file with one rule.
             * @default null
             */
            text: string | null;
            /**
             * @description A stored event.
             * @default null
             */
            uid: string | null;
        };
        /** @description Why a rule fires on an event, or why it does not. */
        Explanation: {
            /** @description Any of them fires the rule. */
            conditions: components["schemas"]["ExplainNode"][];
            /** @description Whether the event is of that logsource. When it is not, the conditions are told all the same. */
            covered: boolean;
            /** @description What the event is: class, product, log, provider and event code. From the log: hostile text. */
            event: string;
            /** @description The rule's logsource, as it writes it; for a correlation, what it counts. */
            logsource: string;
            /** @description The event is of the rule's logsource and a condition holds. */
            matched: boolean;
            rule: string;
            /** @description For a correlation: what its windows did with the events, in order. */
            steps?: components["schemas"]["Step"][];
            title: string;
        };
        FederatedHere: {
            /**
             * Format: int64
             * @description Version of the site directory; absent before this site is in a mesh.
             */
            directory?: number | null;
            /** @description Whether links may be cut for a drill. */
            drills: boolean;
            /** @description Of this site's key, as people compare it. */
            fingerprint: string;
            /** @description Alerts of this severity and above are shared. */
            floor: components["schemas"]["Severity"];
            /** @description All of them as the directory lists them, oldest first. */
            keys: components["schemas"]["FederatedKey"][];
            /** @description The operators' short name: `site-b`. */
            label: string;
            /** @description Where other sites dial. */
            listens?: string | null;
            name: string;
            primary?: string | null;
            /** @description Why they cannot, and what to do. */
            problem?: string | null;
            /** @description Carriers that do not work as they should, why, and what to do; each tries again by itself. */
            problems?: {
                [key: string]: string;
            };
            /** @description Whether a new key waits for the primary to list it. */
            rotating: boolean;
            site: string;
            tier: components["schemas"]["SiteTier"];
        };
        /** @description A key of a site, and when it counts. */
        FederatedKey: {
            /** @description As people compare it. */
            fingerprint: string;
            /**
             * Format: int64
             * @description Absent for a site's first.
             */
            from?: number | null;
            /**
             * Format: int64
             * @description Absent for one that nothing replaces yet.
             */
            until?: number | null;
        };
        /** @description Another site of the directory and the link to it: what the map has of both, and how it is known. */
        FederatedPeer: components["schemas"]["SiteNode"] & components["schemas"]["SiteLink"] & {
            /** @description Where it is dialled. */
            address?: string | null;
            /** @description Of the key that it signs by now. */
            fingerprint: string;
            /** @description Oldest first, former ones among them. */
            keys: components["schemas"]["FederatedKey"][];
        };
        FederationCounts: {
            /**
             * Format: int64
             * @description Proofs that a site said two things.
             */
            evidence: number;
            /**
             * Format: int64
             * @description Of these, after the sites could not hear each other.
             */
            late: number;
            /**
             * Format: int64
             * @description Alerts told to others, and changes of alerts, since the start.
             */
            published: number;
            /**
             * Format: int64
             * @description Records that are kept aside now.
             */
            quarantined: number;
            /**
             * Format: int64
             * @description Those that others told, since the start.
             */
            received: number;
            /** @description What was refused since the start, by reason. */
            rejected: {
                [key: string]: number;
            };
        };
        /** @description How this site federates, with whom, and who is on the way in. */
        FederationStatus: {
            counts: components["schemas"]["FederationCounts"];
            here?: components["schemas"]["FederatedHere"] | null;
            joining: components["schemas"]["JoiningSite"][];
            /** @description By label. */
            peers: components["schemas"]["FederatedPeer"][];
        };
        /** @description How fresh the records of one host are. */
        FeedInfo: {
            /**
             * Format: int64
             * @description How far its clock is ahead at least.
             */
            clock_ahead_ms: number;
            /** Format: double */
            events_per_minute: number;
            /** @description From the log: hostile text. */
            host: string;
            /**
             * Format: int64
             * @description How long its last event took to get here.
             */
            lag_ms: number;
            /**
             * Format: int64
             * @description The newest time in its events, epoch milliseconds.
             */
            last_event_at: number;
            /** Format: int64 */
            last_record_at: number;
            /** Format: int64 */
            silent_since?: number | null;
        };
        /** @description One line of a selection against the event. */
        FieldSeen: {
            /** @description Every value must hold, rather than one. */
            all: boolean;
            /** @description As the rule names it; absent for keywords. */
            field?: string | null;
            /** @description As written: `contains|all`. */
            modifiers: string;
            /**
             * Format: int64
             * @description How many values more there were.
             */
            more: number;
            /** @description The rule wants none of the values to hold. */
            negated: boolean;
            /** @description The OCSF path at which it was found; absent when the event has no such field. */
            path?: string | null;
            /** @description The first values that the event holds. Hostile text. */
            seen: string[];
            values: components["schemas"]["ValueSeen"][];
        };
        /** @description What an authenticator app is set up with; not shown again. */
        GeneratorCreated: {
            /** @description Names it when its first code comes with a password. */
            id: string;
            /** @description As a link that apps understand. */
            link: string;
            /** @description In base 32, to be typed. */
            secret: string;
        };
        GivenApproval: {
            /** Format: int64 */
            at: number;
            auth: components["schemas"]["AuthStrength"];
            by: components["schemas"]["Actor"];
            note: string;
        };
        GroupValue: {
            field: string;
            /** @description From the log: hostile text. */
            value: string;
        };
        /** @description The hits of one group, and the window of them that comes nearest. */
        GroupWindow: {
            /**
             * Format: int64
             * @description The window is `(after, until]`.
             */
            after: number;
            /** @description Hits in the window, for each of `members`. */
            by_member: number[];
            /**
             * Format: double
             * @description What the condition was put to: the count, the sum, …; the number of rules for temporal kinds.
             */
            figure: number;
            /** @description Every time that the group fires. */
            firings: components["schemas"]["WindowFiring"][];
            /**
             * Format: int64
             * @description Hits of the group, in whatever window.
             */
            hits: number;
            /** @description The condition holds in the window. */
            holds: boolean;
            /**
             * Format: int64
             * @description How many more there are.
             */
            more: number;
            /** @description The window's hits in order of time, at most [`CorrelationExplanation::HITS`]. */
            seen: components["schemas"]["WindowHit"][];
            /** Format: int64 */
            until: number;
            /** @description For each of `group_by`. From the log: hostile text. */
            values: string[];
        };
        /** @enum {string} */
        Health: "starting" | "ready" | "degraded" | "down";
        HealthProblem: {
            kind: components["schemas"]["Trouble"];
            text: string;
        };
        /** @description How the rules in force are. */
        HealthReport: {
            /** Format: int64 */
            at: number;
            /**
             * Format: int32
             * @description How far back events were looked for.
             */
            days: number;
            /** @description The worst first; broken rules, which have no id, among them. */
            rules: components["schemas"]["RuleHealth"][];
            /**
             * Format: int64
             * @description Events of these days that were put to the rules as a sample.
             */
            sampled: number;
        };
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
            /** @description What people should know about how the answer came about, such as which fields were worked out after reading. */
            notes?: string[];
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
        IdentityInfo: {
            /** Format: int64 */
            created_at: number;
            id: string;
            issuer: string;
            subject: string;
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
        IncidentChange: {
            /** @description It was not there before. */
            created: boolean;
            incident: components["schemas"]["IncidentRow"];
        };
        /** @description A whole incident. */
        IncidentDetail: {
            /** @description Incidents that are part of this one; their ids lead here. */
            aliases: string[];
            /** @description What people decided of it and the incidents that are part of it, oldest first. */
            history: components["schemas"]["DecisionEntry"][];
            incident: components["schemas"]["IncidentRow"];
            /** @description Oldest first. */
            notes: components["schemas"]["Note"][];
            /** @description Stages, entities, alerts and reasons. */
            story: components["schemas"]["Story"];
        };
        /** @description An entity's part in an incident. */
        IncidentEntity: components["schemas"]["Entity"] & {
            /** Format: int32 */
            alerts: number;
            criticality: components["schemas"]["Criticality"];
            /** @description Whether it alone joins alerts. */
            joins: boolean;
            /** @description Why it does not, or how it came in. */
            reason?: string | null;
            /**
             * Format: int32
             * @description 0 to 100, from the alerts of this incident.
             */
            risk: number;
        };
        IncidentPage: {
            incidents: components["schemas"]["IncidentRow"][];
            /**
             * Format: int64
             * @description Incidents that match, without limit and offset.
             */
            total: number;
        };
        /** @description One line of the list of incidents. */
        IncidentRow: {
            /** @description The three with the highest risk. From the log: hostile text. */
            about: components["schemas"]["Entity"][];
            /** Format: int64 */
            alerts: number;
            /**
             * Format: int32
             * @description 0 to 100.
             */
            confidence: number;
            /** Format: int64 */
            created_at: number;
            disposition?: components["schemas"]["Disposition"] | null;
            /**
             * Format: int32
             * @description Distinct entities that are kept with it.
             */
            entities: number;
            /** Format: int64 */
            first_seen: number;
            id: string;
            /** Format: int64 */
            last_seen: number;
            /** Format: int64 */
            matches: number;
            /** @description Where its alerts are now, when it is merged. */
            merged_into?: string | null;
            /**
             * Format: int64
             * @description Alerts that are not closed.
             */
            open: number;
            owner?: string | null;
            /**
             * Format: int32
             * @description 0 to 100.
             */
            risk: number;
            severity: components["schemas"]["Severity"];
            /** @description The furthest ATT&CK tactic, by name. */
            stage?: string | null;
            /** @description ATT&CK tactics by id, in the order in which they were first seen. */
            stages: string[];
            state: components["schemas"]["IncidentState"];
            status: components["schemas"]["AlertStatus"];
            /** @description Holds names from logs: hostile text. */
            title: string;
            /** Format: int64 */
            updated_at: number;
        };
        /** @enum {string} */
        IncidentState: "live" | "merged" | "dissolved";
        IndicatorAnswer: {
            /** @description What an event with the value would match now. */
            matches: components["schemas"]["IndicatorInfo"][];
        };
        IndicatorCheck: {
            /** @description An address, domain, URL, hash or mailbox, defanged or not. */
            value: string;
        };
        IndicatorFile: {
            name: string;
            text: string;
        };
        /** @description Makes the set of one source, which replaces the one it had as a whole. */
        IndicatorImport: {
            /**
             * Format: int32
             * @description 0 to 100, of indicators whose feed gives none; 50 when absent.
             */
            confidence?: number | null;
            /** @description Says what would be imported, and changes nothing. */
            dry_run?: boolean;
            /**
             * Format: int64
             * @description When indicators expire whose feed does not say.
             */
            expires_at?: number | null;
            files?: components["schemas"]["IndicatorFile"][];
            /** @description `auto`, `stix`, `misp`, `csv` or `list`. */
            format?: string | null;
            /** @description Files on the site's machine; only its own user may name them. */
            paths?: string[];
            reason?: string;
            /** @description Lower-case letters, digits, `.`, `-` and `_`, at most 64. */
            source: string;
        };
        IndicatorImportReport: {
            /**
             * Format: int64
             * @description Of the compiled set, on disk.
             */
            bytes: number;
            dry_run: boolean;
            /**
             * Format: int64
             * @description Told more than once.
             */
            duplicates: number;
            /**
             * Format: int64
             * @description Over before the import; left out.
             */
            expired: number;
            /** Format: int64 */
            indicators: number;
            /** @description Indicators of each kind that are in the set. */
            kinds: {
                [key: string]: number;
            };
            /** @description The first of those that were rejected. */
            listed: components["schemas"]["IndicatorRejected"][];
            /**
             * Format: int64
             * @description Kept out of detection by their author: revoked, or without `to_ids`.
             */
            not_meant: number;
            /** Format: int64 */
            rejected: number;
            /** @description Whether the source had a set before. */
            replaced: boolean;
            source: string;
        };
        /** @description An indicator. All texts come from its feed and are hostile. */
        IndicatorInfo: {
            /** Format: int32 */
            confidence: number;
            description: string;
            kind: string;
            labels: string[];
            reference?: string | null;
            said_by?: string | null;
            source: string;
            /** Format: int64 */
            valid_from?: number | null;
            /** Format: int64 */
            valid_until?: number | null;
            value: string;
        };
        IndicatorProgress: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            bytes_read: number;
            source: string;
        };
        IndicatorRejected: {
            file: string;
            /** @description A line, or an object's id. */
            place: string;
            reason: string;
            text: string;
        };
        /** @description A source's set. */
        IndicatorSet: {
            /**
             * Format: int64
             * @description On disk, and in memory while it is in force.
             */
            bytes: number;
            /** @description Why not. */
            detail?: string | null;
            files: string[];
            /** @description 64 hexadecimal digits that tell it from every other. */
            id: string;
            /** Format: int64 */
            imported_at: number;
            imported_by: string;
            /** @description Whether events are matched with it. */
            in_force: boolean;
            /** Format: int64 */
            indicators: number;
            kinds: {
                [key: string]: number;
            };
            /** Format: int64 */
            rejected: number;
            /** Format: int64 */
            resident_bytes: number;
            source: string;
        };
        IndicatorSetDetail: {
            /** @description Some of its indicators, in the file's order. */
            indicators: components["schemas"]["IndicatorInfo"][];
            set: components["schemas"]["IndicatorSet"];
        };
        IndicatorSets: {
            importing?: components["schemas"]["IndicatorProgress"] | null;
            sets: components["schemas"]["IndicatorSet"][];
            /**
             * Format: int64
             * @description Questions that a damaged set left without an answer since the start.
             */
            unreadable: number;
        };
        InvitationCreated: {
            /** @description Shown this once. */
            code: string;
            /** Format: int64 */
            expires_at: number;
            /** @description Of the primary's key. */
            fingerprint: string;
        };
        /** @description Asks for an invitation for one site. */
        InvitationRequest: {
            /** @description The short name that the site must have; empty for any. */
            label?: string;
            /**
             * Format: int64
             * @description Minutes for which it is good.
             */
            minutes?: number;
        };
        JoinAsked: {
            /** @description What both operators compare. */
            compare: string;
        };
        /** @description Asks the primary to let this site in. */
        JoinMesh: {
            /** @description The invitation. */
            code: string;
        };
        /** @description A site on the way into the mesh. */
        JoiningSite: {
            /** @description What both operators compare. */
            code: string;
            label: string;
            name: string;
            /** @description Whether it is this site that wants to join. */
            outgoing: boolean;
            /** @description Why it does not go on. */
            problem?: string | null;
            /** Format: int64 */
            since: number;
            /** @description The site that asks; when `outgoing`, the primary that is asked. */
            site: string;
            /** @description Whether the operator here has. */
            verified: boolean;
        };
        /**
         * @description Whose alerts a precision comes from.
         * @enum {string}
         */
        Judged: "this_rule" | "other_rules";
        KernelDrops: {
            /** Format: int64 */
            datagrams: number;
            /** @description `syslog udp 127.0.0.1:1514`. */
            listener: string;
        };
        KeyRotated: {
            /** @description Of the new one. */
            fingerprint: string;
            /** @description Of the key that is replaced, as people compare it. */
            former: string;
            /**
             * @description Whether the site directory lists it already. At any other site than the primary it does once
             *     the primary has heard of it; until then the former one signs.
             */
            listed: boolean;
        };
        /** @description A field that hits of a rule do not have. */
        LackingField: {
            field: string;
            /** Format: int64 */
            hits: number;
        };
        /** @description Leaves the mesh, or takes a site out of it. */
        LeaveMesh: {
            /** @description At the primary, the site to take out, by its short name; absent for this site. */
            site?: string | null;
        };
        /** @description Both ledgers. Every term is counted on its own; `difference` is what is left unexplained. */
        LedgerReport: {
            /** Format: int64 */
            at: number;
            /** @description Both ledgers balance, for every source. `false` counts only in a report that is consistent. */
            balances: boolean;
            /**
             * @description All figures are of one moment. `false`: every time, the site moved on while it was read; a difference
             *     then means nothing, so ask again.
             */
            consistent?: boolean;
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
            /**
             * Format: int64
             * @description Messages that detection, correlations and the store of findings had not worked off, and windows
             *     that are to be judged again. With nothing here and nothing in flight, all that the records received
             *     so far bring about is in `matches`, in the queue and in the event store.
             */
            pending?: number;
            /** @description How far they are on each stream, for whoever waits for what came in by now while more comes in. */
            progress?: components["schemas"]["Progress"][];
            sources: components["schemas"]["SourceLedger"][];
            total: components["schemas"]["RecordLedger"];
        };
        LiftSuppression: {
            /** @default  */
            reason: string;
        };
        /** @description One of the ways that carry a link. */
        LinkCarrier: {
            /** Format: int64 */
            bytes_received: number;
            /** Format: int64 */
            bytes_sent: number;
            connected: boolean;
            /**
             * Format: int64
             * @description How often it was connected, since the start.
             */
            connects: number;
            /** @description Why not, or where to. */
            detail?: string | null;
            /**
             * Format: int64
             * @description Frames that found no room; what they held is asked for again.
             */
            frames_lost: number;
            /** Format: int64 */
            frames_received: number;
            /** Format: int64 */
            frames_sent: number;
            /** @description `nats` or `direct`. */
            name: string;
        };
        LinkCreated: {
            /** Format: int64 */
            expires_at: number;
            /** @description Opens the local administrator's session, once. */
            url: string;
        };
        /** @description How a link was at one moment. */
        LinkMoment: {
            /** Format: int64 */
            at: number;
            /** Format: int64 */
            backlog_in: number;
            /** Format: int64 */
            backlog_out: number;
            carrier?: string | null;
            from: string;
            /** Format: double */
            rtt_ms?: number | null;
            state: components["schemas"]["LinkState"];
            to: string;
        };
        /** @description Asks for a one-time link into the console. */
        LinkRequest: Record<string, never>;
        /** @enum {string} */
        LinkState: "unknown" | "healthy" | "degraded" | "down";
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
            /** @description An incident was made or has changed; the row replaces what the reader has. */
            data: components["schemas"]["IncidentChange"];
            /** @enum {string} */
            event: "incident";
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
        /** @description An alert in an incident. */
        Member: {
            alert: string;
            disposition?: components["schemas"]["Disposition"] | null;
            /** Format: int64 */
            first_seen: number;
            /** @description What joins it to the others. */
            joined_by: components["schemas"]["Entity"][];
            /** Format: int64 */
            last_seen: number;
            /** Format: int64 */
            matches: number;
            rule: string;
            severity: components["schemas"]["Severity"];
            source: string;
            status: components["schemas"]["AlertStatus"];
            /** @description ATT&CK tactics, in order of the kill chain. */
            tactics: string[];
            title: string;
        };
        /** @description A rule or correlation that another correlation refers to. */
        MemberHits: {
            /** @description It is a correlation itself; its hits are its firings. */
            correlation: boolean;
            /**
             * Format: int64
             * @description Events on which it fired.
             */
            hits: number;
            /** @description Which fields those lacked. */
            lacking: components["schemas"]["LackingField"][];
            /**
             * Format: int64
             * @description Of those, the ones that count for nothing: they lack a field, or hold text where a number is
             *     wanted.
             */
            lost: number;
            rule: string;
            title: string;
        };
        /** @description What a federated site knows of the mesh at one moment. */
        MeshStatus: {
            /** @description Whether links may be cut for a drill. */
            drills: boolean;
            here: string;
            /** @description Sites that were in the mesh and are not any more; their alerts stay. */
            left: components["schemas"]["DepartedSite"][];
            /** @description From this site to each other one: a site knows its own links and no others. */
            links: components["schemas"]["SiteLink"][];
            /** @description This site among them. */
            nodes: components["schemas"]["SiteNode"][];
        };
        /** @enum {string} */
        NodeKind: "all" | "any" | "not" | "selection" | "field";
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
        /** @description What somebody wrote, or what the correlator did that people must know. */
        Note: {
            /** Format: int64 */
            at: number;
            author: string;
            text: string;
        };
        /** @description A way by which people are told of alerts. */
        NotifyChannel: {
            /** @description Why the last one failed. */
            detail?: string | null;
            /** @description Only alerts about these, `*` for anything; empty for all. */
            entities?: string[];
            /** Format: int64 */
            failing_since?: number | null;
            /**
             * Format: int32
             * @description Failures in a row.
             */
            failures: number;
            /** @description `webhook` or `email`. */
            kind?: string;
            /** Format: int64 */
            last_sent?: number | null;
            /** @description Alerts below it are not told. */
            min_severity?: components["schemas"]["Severity"];
            name: string;
            /** @description Rules whose alerts are never told. */
            not_rules?: string[];
            /** @description Rules whose alerts are told whatever their severity. */
            rules?: string[];
            /**
             * Format: int64
             * @description Messages that have arrived.
             */
            sent: number;
            /** @description Only alerts of these sources; empty for all. */
            sources?: string[];
            /**
             * Format: int64
             * @description Alerts that are to be told.
             */
            waiting: number;
        };
        NotifyChannels: {
            channels: components["schemas"]["NotifyChannel"][];
        };
        /** @description What became of a test message. */
        NotifyTested: {
            arrived: boolean;
            channel: string;
            /** @description Why not. */
            detail?: string | null;
        };
        OpenBreakGlass: {
            reason: string;
        };
        /** @description A session that is open. */
        OpenSession: {
            /** @description What the browser says it is. Hostile. */
            agent: string;
            auth: components["schemas"]["AuthStrength"];
            /** Format: int64 */
            created_at: number;
            /** @description The caller's own. */
            current: boolean;
            /** Format: int64 */
            expires_at: number;
            /** @description Says nothing about the session's token. */
            id: string;
            peer?: string | null;
            person: string;
            /** Format: int64 */
            seen_at: number;
        };
        /** @description The federated site that made an alert. */
        Origin: {
            /**
             * Format: int64
             * @description When its site changed it last, by that site's clock; epoch milliseconds.
             */
            changed_at?: number;
            /** @description Its operators' short name when the alert came: `site-b`. */
            label: string;
            /** @description It came long after it was made, because the sites could not hear each other. */
            late: boolean;
            /**
             * Format: int64
             * @description When the alert came here first, by this site's clock; epoch milliseconds.
             */
            received_at: number;
            site: string;
        };
        OtherRule: {
            /** Format: int64 */
            alerts: number;
            closed_as: {
                [key: string]: number;
            };
            rule: string;
            title: string;
        };
        /** @description The newest record of one stream of a site's outbox. */
        OutboxHead: {
            /** @description `alerts`, `cases` or `policy`. */
            channel: string;
            /**
             * Format: int32
             * @description Rises when an outbox is restored from a backup.
             */
            epoch: number;
            /**
             * Format: int64
             * @description Number of its newest record.
             */
            high: number;
        };
        /** @description Past alerts in which matches of the backtest already stand. */
        Overlap: {
            /**
             * Format: int64
             * @description Distinct past alerts of this rule.
             */
            alerts: number;
            /** @description Of these alerts, the closed ones by disposition. */
            closed_as: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Matches that a past alert of any rule has as evidence, or that fall into one of this rule's.
             */
            matches: number;
            /**
             * Format: int64
             * @description Of these alerts, those that nobody has closed.
             */
            open: number;
            /** @description Other rules whose alerts stand on the same events, most alerts first. */
            other_rules: components["schemas"]["OtherRule"][];
        };
        /** @description Takes an alert. The owner is always the caller. */
        Own: {
            /** @default  */
            reason: string;
        };
        PasskeyInfo: {
            /** @description Its holder's other devices have it too. */
            backed_up: boolean;
            /** Format: int64 */
            created_at: number;
            /** @description The credential's id, in base 64 for URLs. */
            id: string;
            label: string;
            relying_party: string;
            /** Format: int64 */
            used_at?: number | null;
        };
        /** @description What a browser is asked for, in WebAuthn's own JSON. */
        PasskeyOptions: {
            public_key: Record<string, never>;
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
        PeopleList: {
            people: components["schemas"]["PersonInfo"][];
        };
        /** @description An account. */
        PersonInfo: {
            /** @description The account of the same human that counts for both. */
            alias_of?: string | null;
            /** Format: int64 */
            created_at: number;
            /** Format: int64 */
            disabled_at?: number | null;
            display_name: string;
            /** @description Of the other provider's groups, as they were at the last login. */
            group_roles: string[];
            /** @description Users of the site's machine that are this person. */
            host_users: string[];
            /** Format: int64 */
            identities: number;
            name: string;
            /** Format: int64 */
            passkeys: number;
            /** @description What opens it: a password with codes, so many passkeys, so many accounts elsewhere. */
            password: boolean;
            /** @description Given here. */
            roles: string[];
            /**
             * Format: int64
             * @description The last request of a session that is open.
             */
            seen_at?: number | null;
        };
        /** @description The share of alerts that are right, from those that people judged. */
        Precision: {
            /**
             * Format: double
             * @description `right / (right + wrong)`.
             */
            estimate: number;
            /** Format: double */
            high: number;
            judged_by: components["schemas"]["Judged"];
            /**
             * Format: double
             * @description Wilson score interval at 95 %. It takes the judged alerts for a fair sample, which they are
             *     not when only the easy ones were closed.
             */
            low: number;
            /**
             * Format: int64
             * @description Alerts closed as a true positive, benign ones among them.
             */
            right: number;
            /**
             * Format: int64
             * @description Alerts closed as a false positive, of the rule or of the data.
             */
            wrong: number;
        };
        /** @description How far those are who judge what stands on a stream of the bus. */
        Progress: {
            /**
             * Format: int64
             * @description Every message up to here was worked off by all of them.
             */
            judged: number;
            /**
             * Format: int64
             * @description Number of its newest message, 0 before the first.
             */
            published: number;
            /** @description `events`, `matches` or `alerts`. */
            stream: string;
        };
        /** @description Where to go to prove an account elsewhere. */
        ProviderDeparture: {
            url: string;
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
        /**
         * @description Whether a site can be reached; a link that is down does not mean that its site is.
         * @enum {string}
         */
        Reach: "unknown" | "here" | "up" | "indirect" | "down";
        /** @description A bound that a correlation's windows reached: what it says of the groups concerned is an estimate. */
        ReachedBound: {
            /** @description `groups`, `events` or `distinct values`. */
            bound: string;
            /** Format: int64 */
            first: number;
            /**
             * @description The groups that reached it, the newest first, at most [`ReachedBound::GROUPS`]; none where the
             *     bound is the correlation's own. From the log: hostile text.
             */
            groups: components["schemas"]["GroupValue"][][];
            /** Format: int64 */
            last: number;
            /** Format: int64 */
            limit: number;
            /** Format: int64 */
            times: number;
        };
        /** @description A part of a score, spelled out. */
        Reason: {
            about: components["schemas"]["Score"];
            /**
             * Format: int32
             * @description What it adds or, below 0, takes away.
             */
            points: number;
            /** @description Holds names from logs: hostile text. */
            text: string;
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
        /** @description Ends everything that opens an account, and makes a one-time link into it. */
        RecoverPerson: {
            reason?: string;
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
        /** @description A field as it was written and the OCSF path, or for a field of ECS the paths, it was resolved to. */
        ResolvedField: {
            path: string;
            written: string;
        };
        /** @description A role with what it may. */
        RoleInfo: {
            /** @description Every site has it, and nobody changes it. */
            built_in: boolean;
            name: string;
            permissions: string[];
            says: string;
        };
        RoleList: {
            roles: components["schemas"]["RoleInfo"][];
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
        /** @description Replaces the site's key among sites. */
        RotateKey: {
            /**
             * Format: int64
             * @description Minutes for which the former key still counts; 0 when somebody else may have it.
             */
            overlap_minutes?: number;
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
        /** @description How two sets of rules differ in what they mean. */
        RuleDiff: {
            added: components["schemas"]["RuleName"][];
            changed: components["schemas"]["ChangedRule"][];
            removed: components["schemas"]["RuleName"][];
            /** @description Rules whose text differs in nothing that matters: order of keys, comments, blanks. */
            rewritten: components["schemas"]["RuleName"][];
            /** Format: int64 */
            unchanged: number;
        };
        /** @description A rule's text under the name it was read from. */
        RuleFile: {
            name: string;
            text: string;
        };
        RuleHealth: {
            /**
             * Format: int64
             * @description Matches per alert queue entry: distinct alerts.
             */
            alerts: number;
            /** @description Bounds of a correlation's windows that were reached in these days, the newest first. */
            bounds?: components["schemas"]["ReachedBound"][];
            /**
             * Format: double
             * @description Time for one event of its logsource, in microseconds, by the plain evaluator; a yardstick
             *     between rules, not what the compiled plan needs. Absent without an event to measure on.
             */
            cost_us?: number | null;
            /**
             * Format: int64
             * @description Of these, as a false positive.
             */
            false_positives: number;
            file: string;
            /**
             * Format: int64
             * @description Matches that became alerts, joined one or were suppressed; all that is on record.
             */
            fires: number;
            /**
             * Format: int64
             * @description Alerts that somebody closed as right or wrong.
             */
            judged: number;
            /** Format: int64 */
            last_fired?: number | null;
            /** @description What is wrong, the worst first. Empty when nothing is. */
            problems: components["schemas"]["HealthProblem"][];
            /** @description Absent for what could not be loaded. */
            rule?: string | null;
            severity: components["schemas"]["Severity"];
            /**
             * Format: double
             * @description Its part of all alerts, 0 to 1.
             */
            share: number;
            title: string;
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
        RuleName: {
            id: string;
            title: string;
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
        /** @description Reads the rule folders again. */
        RuleReload: {
            /** @default  */
            reason: string;
        };
        /** @description What a reload did, or would do. */
        RuleReloadReport: {
            diff: components["schemas"]["RuleDiff"];
            /** @description Rules that are not in force, with their reasons. */
            problems: components["schemas"]["RuleProblem"][];
        };
        /** @description Puts an earlier version of an imported rule back in force. */
        RuleRevert: {
            reason?: string;
            /** Format: int32 */
            version: number;
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
        /** @description A rule as it once was in force: who changed it, when and why. */
        RuleVersion: {
            /** @description Who put it in force. */
            actor: components["schemas"]["Actor"];
            /** @description The text's hash since; absent when the rule went. */
            after?: string | null;
            /** Format: int64 */
            at: number;
            /** @description The rule's author, as its text says. */
            author: string;
            /** @description The text's hash before; absent for a rule that was not there. */
            before?: string | null;
            change: components["schemas"]["VersionChange"];
            /** @description Where it was loaded from. */
            file: string;
            reason: string;
            rule: string;
            title: string;
            /**
             * Format: int32
             * @description From 1, dense per rule.
             */
            version: number;
        };
        /** @description One version with its text. */
        RuleVersionDetail: {
            /** @description Absent for a version that says that the rule went. */
            text?: string | null;
            version: components["schemas"]["RuleVersion"];
        };
        /** @description Versions, the newest first. */
        RuleVersionPage: {
            /** Format: int64 */
            total: number;
            versions: components["schemas"]["RuleVersion"][];
        };
        Sample: {
            entity?: components["schemas"]["Entity"] | null;
            /** @description Why it fired. Hostile text. */
            fields: components["schemas"]["MatchedField"][];
            /** Format: int64 */
            time: number;
            uid: string;
        };
        /** @enum {string} */
        Score: "risk" | "confidence";
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
            /** @description What the caller may do, in the words of the taxonomy; some of it takes more than a role. */
            permissions: string[];
            roles: string[];
            site: string;
            site_name: string;
            version: string;
        };
        SessionList: {
            sessions: components["schemas"]["OpenSession"][];
        };
        SetAdministrator: {
            administrator: boolean;
            reason?: string;
        };
        /** @description What somebody knows of an entity; what is absent stays as it is. */
        SetEntity: {
            criticality?: components["schemas"]["Criticality"] | null;
            kind?: components["schemas"]["EntityKind"] | null;
            /** @description At most 4,000 characters. */
            note?: string | null;
            /** @description An empty one takes the owner away. */
            owner?: string | null;
            reason?: string;
            value: string;
        };
        SetPassword: {
            code: string;
            /** @description The generator that the code is of; absent for the one that there is. */
            enrolment?: string | null;
            /** @description At least 12 characters. */
            password: string;
        };
        /** @description What a role of the site's own shall be. */
        SetRole: {
            /** @description In the words of the taxonomy: `alert.close`. */
            permissions: string[];
            reason?: string;
            says?: string;
        };
        /** @description Gives exactly these roles, beside `admin`, which this leaves as it is. */
        SetRoles: {
            reason?: string;
            roles: string[];
        };
        /**
         * @description OCSF `severity_id`, in rising order.
         * @enum {string}
         */
        Severity: "unknown" | "informational" | "low" | "medium" | "high" | "critical" | "fatal";
        /** @description The way to another site. */
        SiteLink: {
            /**
             * Format: int64
             * @description Records that the other site holds and this one misses.
             */
            backlog_in: number;
            /**
             * Format: int64
             * @description Records held here that the other site has not said it has read.
             */
            backlog_out: number;
            /** @description Name of the carrier that is used now. */
            carrier?: string | null;
            carriers: components["schemas"]["LinkCarrier"][];
            /** @description Cut by an operator's drill. */
            cut: boolean;
            from: string;
            /**
             * Format: int64
             * @description When nothing was missing on either side last.
             */
            last_sync?: number | null;
            /**
             * Format: double
             * @description Share of the last 30 heartbeats that did not come, 0 to 1.
             */
            loss: number;
            /**
             * Format: double
             * @description 95th percentile of the last round trips, in milliseconds.
             */
            rtt_ms?: number | null;
            /**
             * Format: int64
             * @description Since when it is in that state, by this site's clock.
             */
            since: number;
            state: components["schemas"]["LinkState"];
            to: string;
        };
        /** @description A site, as it says of itself and as it is heard here. */
        SiteNode: {
            /**
             * Format: int32
             * @description Hosts that are enrolled there.
             */
            agents: number;
            /**
             * Format: int64
             * @description Its alerts that this site holds and that were made in the last hour.
             */
            alerts_last_hour: number;
            audit?: components["schemas"]["AuditHead"] | null;
            /**
             * Format: int64
             * @description When that was, by this site's clock.
             */
            heard_at?: number | null;
            /**
             * Format: int64
             * @description Age of its last heartbeat in milliseconds, on this site's steady clock; absent for this site
             *     and for one that was never heard.
             */
            heard_ms?: number | null;
            id: string;
            /**
             * Format: int64
             * @description What the last heartbeat promised until the next, in milliseconds.
             */
            interval_ms?: number | null;
            /** @description The operators' short name: `site-b`. What an origin badge shows. */
            label: string;
            /** @description `Branch SOC - Cairo`. */
            name: string;
            /** @description How far its own outbox reaches. */
            outbox: components["schemas"]["OutboxHead"][];
            /** @description Version of the policies in force there. */
            policy: string;
            reach: components["schemas"]["Reach"];
            /**
             * Format: int64
             * @description How far its clock is ahead of this site's, in milliseconds, half the round trip allowed for.
             */
            skew_ms?: number | null;
            software: string;
            tier: components["schemas"]["SiteTier"];
            /** @description Sites that this one hears and that may hear it, while this one does not. */
            via: string[];
        };
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
        /** @enum {string} */
        SiteTier: "primary" | "secondary";
        SiteVerified: {
            label: string;
        };
        /** @description This site and those it is federated with. */
        Sites: {
            /** @description Whether federation is switched on; without it the only site is this one. */
            federated: boolean;
            /** @description This site first, the others by name. */
            sites: components["schemas"]["SiteNode"][];
        };
        /** @description Something that sends records. */
        SourceInfo: {
            /** @description What is known of it by host, the one that spoke last first. */
            feeds?: components["schemas"]["FeedInfo"][];
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
        /** @description One ATT&CK tactic in an incident. */
        Stage: {
            /** Format: int32 */
            alerts: number;
            /** Format: int64 */
            first_seen: number;
            /** Format: int64 */
            last_seen: number;
            name: string;
            /** @description `TA0002`. */
            tactic: string;
        };
        /** @description What a correlation did at one event. */
        Step: {
            /**
             * Format: int64
             * @description From 0, among the events that were given.
             */
            event: number;
            fired: boolean;
            text: string;
        };
        /** @description What follows from an incident's alerts. */
        Story: {
            /**
             * Format: int64
             * @description Alerts in it.
             */
            alerts: number;
            /**
             * Format: int32
             * @description 0 to 100: how sure we are that the alerts are one story.
             */
            confidence: number;
            /** @description By falling risk, at most [`Incident::MAX_ENTITIES`]. */
            entities: components["schemas"]["IncidentEntity"][];
            /** Format: int64 */
            first_seen: number;
            /** @description The tactic that is furthest along the kill chain: `TA0010`. */
            furthest?: string | null;
            /** Format: int64 */
            last_seen: number;
            /**
             * Format: int64
             * @description Matches in all its alerts.
             */
            matches: number;
            /** @description In order of time, at most [`Incident::MAX_MEMBERS`]. */
            members: components["schemas"]["Member"][];
            /**
             * Format: int64
             * @description Of those, not closed.
             */
            open: number;
            /** @description Why risk and confidence are what they are, the heaviest first. */
            reasons: components["schemas"]["Reason"][];
            /**
             * Format: int32
             * @description 0 to 100.
             */
            risk: number;
            /**
             * Format: int64
             * @description Of those, judged false positive, duplicate or test: they count for nothing.
             */
            set_aside: number;
            /** @description The worst of the alerts that count. */
            severity: components["schemas"]["Severity"];
            /** @description ATT&CK tactics in the order in which they were first seen. */
            stages: components["schemas"]["Stage"][];
            title: string;
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
        TacticCoverage: {
            /** @description `TA0002`. */
            id: string;
            /**
             * Format: int64
             * @description How many techniques ATT&CK has under it, without sub-techniques; 0 when not known.
             */
            known: number;
            name: string;
            /**
             * Format: int64
             * @description Distinct rules under it.
             */
            rules: number;
            /** @description Those with a rule, by id; sub-techniques follow their technique. */
            techniques: components["schemas"]["TechniqueCoverage"][];
        };
        TechniqueCoverage: {
            /** @description `T1059.001`. */
            id: string;
            /** @description The same, counted by level. */
            levels: {
                [key: string]: number;
            };
            /** @description Empty when the table of ATT&CK does not know it. */
            name: string;
            /** @description Rules tagged with exactly this, the most severe first. */
            rules: components["schemas"]["RuleName"][];
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
        /** @description The mesh as this site sees it, and how it was in the last 24 hours. */
        Topology: components["schemas"]["MeshStatus"] & {
            /**
             * Format: int64
             * @description When the answer was made.
             */
            at: number;
            /**
             * @description Oldest first: an entry whenever a link's state or carrier changed, and at least every five
             *     minutes. Since the site started, at most 24 hours.
             */
            history: components["schemas"]["LinkMoment"][];
        };
        /**
         * @description The worst first.
         * @enum {string}
         */
        Trouble: "broken" | "noisy" | "bound_reached" | "slow" | "source_missing" | "never_fired";
        ValueSeen: {
            holds: boolean;
            /** @description As the rule writes it. */
            text: string;
        };
        /** @description Says that the operator has compared a code with the operator of the other site. */
        VerifySite: {
            /** @description As it was read out; spaces and dashes are of no meaning. */
            code: string;
        };
        /** @enum {string} */
        VersionChange: "added" | "changed" | "moved" | "removed";
        WindowFiring: {
            /** Format: int64 */
            at: number;
            /**
             * Format: int64
             * @description The event that brought it about, from 0.
             */
            event: number;
            /**
             * Format: int64
             * @description Contributing events.
             */
            events: number;
            /** Format: double */
            figure: number;
        };
        WindowHit: {
            /** Format: int64 */
            at: number;
            /**
             * Format: int64
             * @description From 0, among the events that were given.
             */
            event: number;
            /**
             * Format: int32
             * @description Index into `members`.
             */
            member: number;
            /** @description The values that the condition looks at. From the log: hostile text. */
            values: string[];
        };
        /** @description Adds a note. */
        WriteNote: {
            /** @description At most 4,000 characters. */
            text: string;
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
            query?: {
                schema?: "ocsf-1.3" | "ocsf-1.1" | "ocsf-1.5" | "ecs";
            };
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
    list_approvals: {
        parameters: {
            query?: {
                /** @description Also those that are over. */
                all?: boolean;
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
                    "application/json": components["schemas"]["Approvals"];
                };
            };
        };
    };
    show_approval: {
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
                    "application/json": components["schemas"]["ApprovalInfo"];
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
    approve: {
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
                "application/json": components["schemas"]["Approve"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalInfo"];
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
    assert_approval: {
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
                "application/json": components["schemas"]["Assert"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalInfo"];
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
    cancel_approval: {
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
                    "application/json": components["schemas"]["ApprovalInfo"];
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
    challenge_approval: {
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
                    "application/json": components["schemas"]["Challenge"];
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
    deny: {
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
                "application/json": components["schemas"]["Deny"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalInfo"];
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
    erase_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuditErase"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
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
    list_break_glass: {
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
                    "application/json": components["schemas"]["BreakGlassWindows"];
                };
            };
        };
    };
    open_break_glass: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenBreakGlass"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BreakGlassInfo"];
                };
            };
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    end_break_glass: {
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
                    "application/json": components["schemas"]["BreakGlassInfo"];
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
    credentials: {
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
                    "application/json": components["schemas"]["CredentialsInfo"];
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
    new_generator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GeneratorCreated"];
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
    remove_identity: {
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
    add_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddPasskey"];
            };
        };
        responses: {
            200: {
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
            409: {
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
    ask_for_passkey: {
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
                    "application/json": components["schemas"]["PasskeyOptions"];
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
    remove_passkey: {
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
    set_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPassword"];
            };
        };
        responses: {
            200: {
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
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_password: {
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
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
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
    link_provider: {
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
                    "application/json": components["schemas"]["ProviderDeparture"];
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
    list_enrolments: {
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
                    "application/json": components["schemas"]["Enrolments"];
                };
            };
        };
    };
    create_enrol_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrolTokenRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolTokenCreated"];
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
    revoke_enrolment: {
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
    list_entities: {
        parameters: {
            query?: {
                kind?: "host" | "user" | "address" | "process" | "file" | "account" | "hash" | "device";
                criticality?: "low" | "normal" | "high" | "critical";
                owner?: string;
                /** @description This risk or more. */
                risk?: number;
                /** @description Part of the value; case does not matter. */
                text?: string;
                /** @description Last seen at or after this time, in epoch milliseconds. */
                since?: number;
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
                    "application/json": components["schemas"]["EntityPage"];
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
    show_entity: {
        parameters: {
            query: {
                /** @description Needed only when several kinds have one of this value. */
                kind?: "host" | "user" | "address" | "process" | "file" | "account" | "hash" | "device";
                /** @description In any of the ways in which logs write it. */
                value: string;
                /** @description From when on events are looked for, in epoch milliseconds; 24 hours back when absent. */
                since?: number;
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
                    "application/json": components["schemas"]["EntityDetail"];
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
    set_entity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetEntity"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntityRow"];
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
    federation_status: {
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
                    "application/json": components["schemas"]["FederationStatus"];
                };
            };
        };
    };
    invite_site: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationCreated"];
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
    join_mesh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JoinMesh"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinAsked"];
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
    leave_mesh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaveMesh"];
            };
        };
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
    rotate_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateKey"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyRotated"];
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
    verify_site: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifySite"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteVerified"];
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
    hunt: {
        parameters: {
            query?: {
                schema?: "ocsf-1.3" | "ocsf-1.1" | "ocsf-1.5" | "ecs";
            };
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
    list_incidents: {
        parameters: {
            query?: {
                /**
                 * @description By default those that need a human, by falling risk; `all` has closed, merged and dissolved
                 *     ones too, the newest first.
                 */
                view?: "needs_human" | "all";
                status?: "new" | "owned" | "closed";
                /** @description This severity or worse. */
                severity?: "unknown" | "informational" | "low" | "medium" | "high" | "critical" | "fatal";
                owner?: string;
                /**
                 * @description Part of the title, of an entity's value, of the incident's or an alert's id; case does not
                 *     matter.
                 */
                text?: string;
                /** @description Last seen at or after this time, in epoch milliseconds. */
                since?: number;
                /** @description At most 1,000; 100 when absent. */
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
                    "application/json": components["schemas"]["IncidentPage"];
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
    show_incident: {
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
                    "application/json": components["schemas"]["IncidentDetail"];
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
    close_incident: {
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
                    "application/json": components["schemas"]["IncidentRow"];
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
    note_incident: {
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
                "application/json": components["schemas"]["WriteNote"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentRow"];
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
    own_incident: {
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
                    "application/json": components["schemas"]["IncidentRow"];
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
    release_incident: {
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
                    "application/json": components["schemas"]["IncidentRow"];
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
    reopen_incident: {
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
                    "application/json": components["schemas"]["IncidentRow"];
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
    list_indicator_sets: {
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
                    "application/json": components["schemas"]["IndicatorSets"];
                };
            };
        };
    };
    check_indicator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IndicatorCheck"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndicatorAnswer"];
                };
            };
        };
    };
    import_indicators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IndicatorImport"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IndicatorImportReport"];
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
    show_indicator_set: {
        parameters: {
            query?: {
                offset?: number;
                /** @description 50 when absent, at most 1,000. */
                limit?: number;
            };
            header?: never;
            path: {
                source: string;
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
                    "application/json": components["schemas"]["IndicatorSetDetail"];
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
    remove_indicator_set: {
        parameters: {
            query?: {
                reason?: string;
            };
            header?: never;
            path: {
                source: string;
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
    list_keys: {
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
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreated"];
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
    list_all_keys: {
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
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
        };
    };
    revoke_any_key: {
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
    revoke_key: {
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
    list_channels: {
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
                    "application/json": components["schemas"]["NotifyChannels"];
                };
            };
        };
    };
    test_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
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
                    "application/json": components["schemas"]["NotifyTested"];
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
    list_people: {
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
                    "application/json": components["schemas"]["PeopleList"];
                };
            };
        };
    };
    create_person: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePerson"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonInfo"];
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
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_administrator: {
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
                "application/json": components["schemas"]["SetAdministrator"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonInfo"];
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
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    change_person: {
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
                "application/json": components["schemas"]["ChangePerson"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonInfo"];
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
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    issue_key: {
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
                "application/json": components["schemas"]["CreateApiKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreated"];
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
            404: {
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
    recover_person: {
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
                "application/json": components["schemas"]["RecoverPerson"];
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
    set_roles: {
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
                "application/json": components["schemas"]["SetRoles"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonInfo"];
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
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_roles: {
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
                    "application/json": components["schemas"]["RoleList"];
                };
            };
        };
    };
    set_role: {
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
                "application/json": components["schemas"]["SetRole"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleInfo"];
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
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    remove_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
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
            428: {
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
    start_backtest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BacktestRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestJob"];
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
    show_backtest: {
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
                    "application/json": components["schemas"]["BacktestJob"];
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
    cancel_backtest: {
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
                    "application/json": components["schemas"]["BacktestJob"];
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
    rule_coverage: {
        parameters: {
            query?: {
                /** @description This level or worse. */
                level?: "unknown" | "informational" | "low" | "medium" | "high" | "critical" | "fatal";
                /** @description Sigma's `status`: `stable`, `test`, `experimental`, … */
                status?: string;
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
                    "application/json": components["schemas"]["Coverage"];
                };
            };
        };
    };
    explain_rule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplainRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
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
    explain_correlation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplainCorrelation"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrelationExplanation"];
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
    rule_health: {
        parameters: {
            query?: {
                /** @description How many days back events are looked for; 7 when absent, at most 90. */
                days?: number;
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
                    "application/json": components["schemas"]["HealthReport"];
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
    pending_rules: {
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
                    "application/json": components["schemas"]["RuleReloadReport"];
                };
            };
        };
    };
    reload_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleReload"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleReloadReport"];
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
    list_rule_versions: {
        parameters: {
            query?: {
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
                    "application/json": components["schemas"]["RuleVersionPage"];
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
    revert_rule: {
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
                "application/json": components["schemas"]["RuleRevert"];
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
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
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
    rule_history: {
        parameters: {
            query?: {
                /** @description At most 10,000; 100 when absent. */
                limit?: number;
            };
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
                    "application/json": components["schemas"]["RuleVersionPage"];
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
    show_rule_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: number;
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
                    "application/json": components["schemas"]["RuleVersionDetail"];
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
    list_sessions: {
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
                    "application/json": components["schemas"]["SessionList"];
                };
            };
        };
    };
    list_all_sessions: {
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
                    "application/json": components["schemas"]["SessionList"];
                };
            };
        };
    };
    revoke_any_session: {
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
    revoke_session: {
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
    list_sites: {
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
                    "application/json": components["schemas"]["Sites"];
                };
            };
        };
    };
    cut_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
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
    heal_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
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
    topology: {
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
                    "application/json": components["schemas"]["Topology"];
                };
            };
        };
    };
}
