# `just` lists the recipes; `./aurora` installs just itself (in its Python environment).
export CARGO_TARGET_DIR := env("CARGO_TARGET_DIR", env("XDG_CACHE_HOME", env("HOME") / ".cache") / "aurorasoc/target")
# Tests that a recipe runs by name may take hours; `./aurora test` keeps its limit.
export NEXTEST_PROFILE := "proofs"

default:
    @just --list

# Start a site with the demonstration
up *args:
    ./aurora up {{ args }}

# A whole site with its own PostgreSQL, Redis and nats-server, the primary of a mesh
stack-up site="a":
    ./aurora stack up {{ site }}

# A second one beside it, which joins the first as a leafnode; others are `just stack-up c` to f
stack-up-site-b: (stack-up "b")

# Make the second one's database as this release wants it
migrate-site-b: (stack-migrate "b")

stack-migrate site:
    ./aurora stack migrate {{ site }}

# Stop all of them; what they keep stays (`deploy/stack/stack wipe` removes it)
stack-down:
    deploy/stack/stack down

# Every test
test *args:
    ./aurora test {{ args }}

# Formatting, lints, layers, licences
lint:
    ./aurora lint

# Write the generated files
codegen:
    cargo xtask codegen

# Build the console into console/dist
web:
    cd console && npm ci --ignore-scripts && npm run build

# Benchmarks of one crate, e.g. `just bench aurora-ocsf`
bench crate *args:
    cargo bench --package {{ crate }} {{ args }}

# kill -9 in the middle of an import, many times, also `just chaos --bus nats` (the short form runs in every test run)
[arg("bus", long, pattern="local|nats")]
chaos rounds="30" bus="local":
    AURORA_CHAOS_ROUNDS={{ rounds }} cargo nextest run --release --package aurorasoc --test chaos --no-capture \
        -E 'test({{ if bus == "nats" { "on_nats" } else { "/once$/" } }})'

# kill -9 of a collector and of its site in turn, many times (three rounds in every test run)
chaos-collector rounds="30":
    AURORA_CHAOS_ROUNDS={{ rounds }} cargo nextest run --release --package aurorasoc --no-capture -E 'test(both_are_killed_in_turn)'

# Fuzz one target for some seconds (needs cargo-fuzz; a stable compiler will do, no sanitizer: no decoder has `unsafe` code)
fuzz target seconds="60": (fuzz-seeds target)
    cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none {{ target }} -- -max_total_time={{ seconds }} -max_len=4096 -timeout=20

# Comparisons are not traced here: that takes up to three quarters of a run.
# Fuzz every target until it has been executed so often; without arguments ten million times, which takes hours (short forms run in every test run)
fuzz-all runs="10000000":
    #!/usr/bin/env bash
    set -euo pipefail
    for target in $(cargo run --quiet --package aurora-hostile --example seeds); do
        just fuzz-seeds "$target"
        (cd fuzz && RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none --no-trace-compares "$target" -- -runs={{ runs }} -max_len=4096 -timeout=20 -rss_limit_mb=2048)
    done

# What a target's mutations begin with, into its corpus
fuzz-seeds target:
    cargo run --quiet --package aurora-hostile --example seeds -- {{ target }} fuzz/corpus/{{ target }}

# The compiled plan against the plain evaluator: a million random pairs, all SigmaHQ rules on the whole benchmark file
plan-equivalence:
    AURORA_PLAN_PAIRS=1000000 AURORA_PLAN_STRIDE=1 cargo nextest run --release --package aurora-plan --no-capture

# Put the Sigma cases to pySigma and its SQLite backend, an implementation that is not ours
sigma-pysigma:
    #!/usr/bin/env bash
    set -euo pipefail
    env="$(dirname "{{ CARGO_TARGET_DIR }}")/pysigma-2.0.1"
    if [ ! -e "$env/ready" ]; then
        python3 -m venv "$env"
        "$env/bin/pip" install --quiet --only-binary :all: pysigma==2.0.1 pysigma-backend-sqlite==2.1.1
        touch "$env/ready"
    fi
    "$env/bin/python" crates/detection/sigma/tests/pysigma.py

# Alerts on the large shared captures, rule by rule (the small one runs in every test run)
sigma-captures:
    cargo nextest run --package aurora-rules --run-ignored all -E 'test(captures_too)'

# Federated sites under faults of network, disk and clock, on many seeds (2,000 run in every test run); a failure names its seed
federation-simulation seeds="20000":
    AURORA_FEDERATION_SEEDS={{ seeds }} cargo nextest run --package aurora-federation -E 'test(simulation)'

# Three sites in network namespaces of their own, parted for so many seconds each time (2, 4, 7 and 12 in every test run); needs root
mesh partitions="2,3,4,5,6,8,10,12,15,20,25,30,40,50,60,80,100,120,150,180":
    AURORA_MESH_PARTITIONS={{ partitions }} cargo nextest run --package aurorasoc --test mesh -E 'test(held_back)' --no-capture

# What a mesh of so many sites costs each of them; a `w` behind a number lets everybody beat to everybody (simulated, ten thousand take minutes)
mesh-scale *sites="50 100 300 1000 10000":
    cargo run --package aurora-federation --example scale -- {{ sites }}

# A site that is cut off against one that never federated, in turns; needs root and a machine without other work
mesh-autonomy records="100000" pairs="7":
    AURORA_MESH_RECORDS={{ records }} AURORA_MESH_PAIRS={{ pairs }} \
        cargo nextest run --release --package aurorasoc --test mesh -E 'test(cut_off_detects)' --no-capture

# Correlation windows against the plain oracle, on many random cases (12,000 run in every test run)
correlation-oracle cases="400000":
    AURORA_ORACLE_CASES={{ cases }} cargo nextest run --package aurora-correlation -E 'test(as_the_oracle)'

# The makers' own clients (Elasticsearch's, OpenTelemetry's) against the HTTP listener
shippers:
    #!/usr/bin/env bash
    set -euo pipefail
    env="$(dirname "{{ CARGO_TARGET_DIR }}")/shippers-1"
    if [ ! -e "$env/ready" ]; then
        python3 -m venv "$env"
        "$env/bin/pip" install --quiet --only-binary :all: elasticsearch==9.5.1 \
            opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2
        touch "$env/ready"
    fi
    AURORA_SHIPPERS_PYTHON="$env/bin/python" cargo nextest run --package aurora-listeners \
        --run-ignored only -E 'test(makers_clients)' --no-capture

# What a push costs until it is durable: events a second, and with a rate how long an acknowledgement takes
push-load events seconds="20" rate="0":
    cargo run --release --package aurora-listeners --example push_load -- {{ events }} {{ seconds }} {{ rate }}

# Fifteen thousand idle connections to each listener (2,000 come in every test run)
crowd:
    AURORA_CROWD=15000 cargo nextest run --package aurora-listeners -E 'test(crowded)' --no-capture --test-threads 1

# The audit log: random changes of a folder, all of which must be noticed; random crashes; kills of a process (short forms run in every test run)
audit-tamper changes="10000" seeds="300" kills="50":
    AURORA_AUDIT_MUTATIONS={{ changes }} AURORA_AUDIT_SEEDS={{ seeds }} AURORA_AUDIT_KILLS={{ kills }} \
        cargo nextest run --release --package aurora-audit-sequencer --no-capture
