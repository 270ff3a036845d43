# What the sensor sees of an ordinary day.

# Zeek.
@ 220 times zeek sensor-01
{"_path":"dns","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"10.20.0.10","id.resp_p":53,"proto":"udp","trans_id":40213,"query":"{{site.name}}","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["{{site.ip}}"],"TTLs":[60.0],"rejected":false}

@ 260 times zeek sensor-01
{"_path":"conn","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"{{site.ip}}","id.resp_p":443,"proto":"tcp","service":"ssl","duration":{{int:1:240}}.{{int:100:999}},"orig_bytes":{{int:400:90000}},"resp_bytes":{{int:900:4000000}},"conn_state":"SF","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadFf","orig_pkts":900,"orig_ip_bytes":60000,"resp_pkts":700,"resp_ip_bytes":50000}

@ 90 times zeek sensor-01
{"_path":"http","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"{{site.ip}}","id.resp_p":80,"trans_depth":1,"method":"GET","host":"{{site.name}}","uri":"{{site.path}}","version":"1.1","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36","request_body_len":0,"response_body_len":5120,"status_code":200,"status_msg":"OK","tags":[],"resp_fuids":["F9kQ1tExample01"],"resp_mime_types":["{{site.type}}"]}

@ 120 times zeek sensor-01
{"_path":"ssl","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"{{site.ip}}","id.resp_p":443,"version":"TLSv12","cipher":"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256","curve":"x25519","server_name":"{{site.name}}","resumed":false,"established":true,"ssl_history":"CsxknGIi","subject":"CN={{site.name}}","issuer":"CN=Example CA,O=Example Trust,C=DE","validation_status":"ok"}

@ 30 times zeek sensor-01
{"_path":"dce_rpc","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"10.20.2.12","id.resp_p":445,"rtt":0.0009,"named_pipe":"\\pipe\\srvsvc","endpoint":"srvsvc","operation":"NetrShareEnum"}

@ 40 times zeek sensor-01
{"_path":"smb_files","ts":{{time:zeek}},"uid":"{{uid:.c}}","id.orig_h":"{{workstation.ip}}","id.orig_p":{{int:49152:65535}},"id.resp_h":"10.20.2.12","id.resp_p":445,"action":"SMB::FILE_OPEN","name":"week.xlsx","size":41288,"path":"\\\\FS-02\\Planning"}

# Suricata.
@ 80 times suricata sensor-01
{"timestamp":"{{time:suricata}}","flow_id":{{flow:.c}},"in_iface":"eth1","event_type":"flow","src_ip":"{{workstation.ip}}","src_port":{{int:49152:65535}},"dest_ip":"{{site.ip}}","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":20,"pkts_toclient":24,"bytes_toserver":4120,"bytes_toclient":19044,"start":"{{time:suricata:-1}}","end":"{{time:suricata}}","age":1,"state":"closed","reason":"timeout","alerted":false}}

@ 40 times suricata sensor-01
{"timestamp":"{{time:suricata}}","flow_id":{{flow:.c}},"in_iface":"eth1","event_type":"dns","src_ip":"{{workstation.ip}}","src_port":{{int:49152:65535}},"dest_ip":"10.20.0.10","dest_port":53,"proto":"UDP","dns":{"type":"query","id":4711,"rrname":"{{site.name}}","rrtype":"A","tx_id":0}}

@ 30 times suricata sensor-01
{"timestamp":"{{time:suricata}}","flow_id":{{flow:.c}},"in_iface":"eth1","event_type":"tls","src_ip":"{{workstation.ip}}","src_port":{{int:49152:65535}},"dest_ip":"{{site.ip}}","dest_port":443,"proto":"TCP","tls":{"sni":"{{site.name}}","version":"TLS 1.3"}}

@ 12 times suricata sensor-01
{"timestamp":"{{time:suricata}}","flow_id":{{flow:.c}},"in_iface":"eth1","event_type":"alert","src_ip":"{{workstation.ip}}","src_port":{{int:49152:65535}},"dest_ip":"{{site.ip}}","dest_port":80,"proto":"TCP",
  "alert":{"action":"allowed","gid":1,"signature_id":9100090,"rev":2,"signature":"NORDHAFEN INFO Outdated Browser Seen","category":"Misc activity","severity":3},"app_proto":"http","flow":{"pkts_toserver":14,"pkts_toclient":12,"bytes_toserver":2210,"bytes_toclient":6114,"start":"{{time:suricata:-1}}"}}
