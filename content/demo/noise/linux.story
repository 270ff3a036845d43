# The ordinary day of the Linux servers.

# Administrators and the deployment come in.
@ 60 times syslog {{server.name}}
<38>{{time:syslog}} {{server.name}} sshd[{{int:1000:29999}}]: Accepted publickey for {{admin.user}} from {{admin.ip}} port {{int:40000:60000}} ssh2: ED25519 SHA256:7c4ExampleExampleExampleExampleExampleExample
<86>{{time:syslog}} {{server.name}} sshd[{{int:1000:29999}}]: pam_unix(sshd:session): session opened for user {{admin.user}}(uid={{admin.uid}}) by (uid=0)

# And work.
@ 50 times syslog {{server.name}}
<85>{{time:syslog}} {{server.name}} sudo[{{int:1000:29999}}]: {{admin.user}} : TTY=pts/0 ; PWD=/home/{{admin.user}} ; USER=root ; COMMAND={{admin.command}}

@ 90 times syslog {{server.name}}
<78>{{time:syslog}} {{server.name}} CRON[{{int:1000:29999}}]: ({{cron.user}}) CMD ({{cron.command}})

@ 40 times syslog {{server.name}}
<30>{{time:syslog}} {{server.name}} systemd[1]: Started Session {{int:100:999}} of user {{admin.user}}.

# The internet knocks at the web server.
@ 40 times syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:1000:29999}}]: Failed password for invalid user test from 198.51.100.{{int:100:250}} port {{int:40000:60000}} ssh2

# Commands, as audit sees them: several records each.
@ 45 times auditd {{server.name}}
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=3301 pid=24117 auid=1001 uid=1001 gid=1001 euid=1001 suid=1001 fsuid=1001 egid=1001 sgid=1001 fsgid=1001 tty=pts0 ses=14 comm="uptime" exe="/usr/bin/uptime" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="jonas" UID="jonas" GID="jonas" EUID="jonas" SUID="jonas" FSUID="jonas" EGID="jonas" SGID="jonas" FSGID="jonas"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=2 a0="/usr/bin/uptime" a1="-p"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/home/jonas"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/uptime" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=2F7573722F62696E2F757074696D65002D70

@ 12 times auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=811 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="php" exe="/usr/bin/php8.2" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="/usr/bin/php" a1="/var/www/portal/artisan" a2="schedule:run"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/php8.2" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=2F7573722F62696E2F706870002F7661722F7777772F706F7274616C2F6172746973616E007363686564756C653A72756E
