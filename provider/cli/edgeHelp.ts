/** What `workers-release edge --help` says below the options. */
export const whatItIs = `
As soon as it answers it prints what to export for Cloudflare's clients, one
NAME=value a line. A Worker answers at http://<script>.<subdomain>.localhost:<port>/
once its subdomain is enabled. A state folder is for one edge at a time; what was
answered with success is in it also when the edge is killed.

A token is followed by its permissions, as in ci:workers_scripts:write,account:read.
One without any has all of them. The first token is the one that is printed.
A token on the command line can be read by every user of the machine: rather put
tokens into WORKERS_RELEASE_EDGE_TOKENS, with spaces between them.

Workers reach public addresses only, as on Cloudflare, and other Workers of the edge
by their host names; --private-network lets them reach this machine and its network.

It emulates what Cloudflare's SDK and wrangler ask for Workers: scripts, versions,
deployments, secrets, settings, cron schedules, the workers.dev subdomain, the
newer "workers" routes, permissions of tokens, the rate limit of the API, and the
telemetry of Workers Observability. Each version runs in a workerd of its own, with
HTTP and WebSockets, bindings to text, secrets, JSON, version metadata, KV, D1, R2,
queues, rate limits, Durable Objects and other Workers, and, on Linux, limits of CPU
time and memory. KV namespaces, D1 databases, R2 buckets and queues are resources of
the account. A Worker also answers for its routes and custom domains, by the Host
header; POST /zones {"name": "example.com"} makes a zone for them.

A binding to what the edge does not have is refused. With --allow-stubs it is accepted:
empty KV, D1, R2 and queues for those it does not know, and for AI, Vectorize, Browser
Rendering, Hyperdrive, Workflows and the like a stub that throws when it is used.

Schedules call the Workers that are live, in UTC, while the edge runs. By hand:
  <worker>/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=<ms since 1970>
  <worker>/cdn-cgi/handler/queue?queue=<name>   (POST [{"body": …}, …])
answer with the outcome; &format=json says more.

It is realistic unless told otherwise: what is written, deployed or logged is not
there at once, and deployments leave WebSockets of Durable Objects open without an
answer. Times are in seconds, 5 or from-to, such as 10-45; shares in percent.
The values above are those of --realistic; "off" leaves one out. All of it is drawn
by the seed. Tests that want everything at once choose --no-realistic.

It fails only when it is told to, as a file of faults says:
  { "faults": [
      "firewall",
      { "fault": "concurrent", "times": "always", "share": 0.1 },
      { "route": { "method": "GET", "path": "/accounts/*/workers/**" },
        "after": 2, "times": 3, "answer": { "kind": "late", "ms": 5000 } },
      { "ingestion": "stopped" } ] }
Ready-made are concurrent, firewall, bad-gateway, slow-query, lost-answer,
not-ready, rate-limited and ingestion-stopped. The kinds of answers are refusal,
page, text, nothing, late, cut and block. From this machine and with the first token,
GET, PUT and DELETE <address>/__edge/faults tell, set and end faults.

It does not emulate other bindings and products (Workflows, AI and so on), previews or
tail sessions. What it does not emulate it refuses by name.`;
