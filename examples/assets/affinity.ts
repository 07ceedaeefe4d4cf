import * as cloudflare from "@pulumi/cloudflare";

/**
 * Keeps a visitor with one version while two share the traffic: a rule of the zone gives each request a version key. By
 * the visitor's address it needs nothing from the page; a session cookie, if you have one, follows a visitor between
 * networks too: `http.request.cookies["session"][0]`.
 */
export function keepVisitorsWithTheirVersion(zoneId: string): cloudflare.Ruleset {
  return new cloudflare.Ruleset("version-affinity", {
    zoneId,
    name: "Version affinity",
    kind: "zone",
    phase: "http_request_late_transform",
    rules: [
      {
        expression: "true",
        action: "rewrite",
        actionParameters: {
          headers: { "Cloudflare-Workers-Version-Key": { operation: "set", expression: "ip.src" } },
        },
      },
    ],
  });
}
