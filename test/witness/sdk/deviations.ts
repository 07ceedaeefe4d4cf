/** Something at which answers and types differ on purpose. */
export interface Deviation {
  /** The methods whose answers these are. */
  readonly of: RegExp;
  /** Fields by the end of their place, or the words of a problem. */
  readonly what: readonly string[];
  readonly because: string;
}

/** A list whose type takes the one answer for an item of it. */
export const NO_PAGE = "workers.scripts.deployments.list";

/** Answers that are not what the client's types say. */
export const PROBLEMS: readonly Deviation[] = [
  {
    of: /^workers\.scripts\.versions\.list$/,
    what: ["/ must have required property 'result_info'"],
    because: "all deployable versions come in one page, which the documentation calls unpaged",
  },
  {
    of: /^workers\.scripts\.versions\.list$/,
    what: ["/errors must be array", "/messages must be array"],
    because: "Cloudflare answers null there, as recorded",
  },
  {
    of: /\.telemetry\./,
    what: ["/messages/0 must have required property 'code'"],
    because: "a recorded answer says a word to each success, without a code",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      "/run/query must have required property 'adhoc'",
      "/run/query must have required property 'createdBy'",
      "/run/query must have required property 'updatedBy'",
    ],
    because: "recorded answers have none of them",
  },
];

/** Fields that the client's types do not know. */
export const EXTRAS: readonly Deviation[] = [
  {
    of: /\.list$/,
    what: ["result_info.count", "result_info.total_count", "result_info.total_pages"],
    because: "Cloudflare's documentation has them on every paged list",
  },
  {
    of: /^workers\.scripts\.versions\./,
    what: ["annotations"],
    because: "wrangler shows a version's message and tag from there",
  },
  {
    of: /^workers\.scripts\.versions\./,
    what: ["metadata.has_preview"],
    because: "Cloudflare spells it so, as recorded",
  },
  {
    of: /^workers\.scripts\.versions\.(create|get)$/,
    what: ["limits.subrequests"],
    because: "the type of the settings has both limits, and who sets one reads it again",
  },
  {
    of: /^workers\.scripts\.versions\.get$/,
    what: ["startup_time_ms"],
    because: "an uploaded version is shown alike when it is uploaded and later",
  },
  {
    of: /^workers\.scripts\.update$/,
    what: ["deployment_id"],
    because: "wrangler takes the version's id from there",
  },
  {
    of: /^workers\.scripts\.scriptAndVersionSettings\./,
    what: ["migration_tag"],
    because: "wrangler takes from there which migrations are still to be made",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      ...["run.query.generated", "run.query.workspaceId", "run.query.environmentId", "run.query.userId"],
      ...["aggregates._countErrors", "groupKey"],
    ],
    because: "recorded answers have them",
  },
  {
    of: /\.delete$/,
    what: ["result"],
    because: "the envelope has a result also where there is nothing to tell",
  },
];

/** Fields that the client's types know, and that the edge never answers. */
export const GAPS: readonly Deviation[] = [
  {
    of: /^workers\.scripts\.versions\.create$/,
    what: ["resources.script_runtime.compatibility_flags"],
    because: "a version without flags has no list of them, as at Cloudflare",
  },
  {
    of: /^(accounts|memberships)\./,
    what: ["created_on", "managed_by", "settings.abuse_contact_email"],
    because: "the one account is made up as the edge starts",
  },
  {
    of: /^memberships\./,
    what: ["api_access_enabled", "permissions", "policies"],
    because: "what may be done goes by the token alone",
  },
  {
    of: /^user\.get$/,
    what: ["betas", "has_business_zones", "has_enterprise_zones", "has_pro_zones"],
    because: "there are no zones and no plans",
  },
  {
    of: /^user\.tokens\.verify$/,
    what: ["expires_on", "not_before"],
    because: "tokens are good for as long as the edge runs",
  },
  {
    of: /\.telemetry\.query$/,
    what: ["agents", "compare", "distribution", "traces"],
    because: "a query for any of these is refused",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      "$workers.spanId",
      "$workers.traceId",
      "$workers.diagnosticsChannelEvents",
      "$metadata.spanName",
      "$metadata.parentSpanId",
      "$metadata.traceDuration",
      "$metadata.transactionName",
    ],
    because: "nothing is traced",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      "$containers",
      "$workers.durableObjectId",
      "$workers.entrypoint",
      "$workers.preview",
      "$workers.dispatchNamespace",
      "$metadata.cloudService",
      "$metadata.metricName",
      "$metadata.provider",
      "$metadata.region",
    ],
    because: "they are of what does not run here, or not by itself",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      "$metadata.coldStart",
      "$metadata.cost",
      "$metadata.endTime",
      "$metadata.startTime",
      "$metadata.errorTemplate",
      "$metadata.messageTemplate",
      "$metadata.fingerprint",
      "$metadata.stackId",
    ],
    because: "nothing that is known says what Cloudflare puts there",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      ...["data[].firstSeen", "data[].lastSeen", "data[].groups"],
      ...["aggregates._firstSeen", "aggregates._lastSeen", "aggregates.bin"],
    ],
    because: "nothing is known of when Cloudflare gives them, and what for",
  },
  {
    of: /^workers\.scripts\.versions\./,
    what: ["metadata.hasPreview", "metadata.modified_on"],
    because: "Cloudflare does not answer them, as recorded: a version never changes",
  },
  {
    of: /\.telemetry\.query$/,
    what: [
      ...["run.created", "run.updated", "run.query.adhoc", "run.query.createdBy", "run.query.updatedBy"],
      ...["$workers.requestId", "$metadata.duration", "$metadata.statusCode", "$metadata.url"],
    ],
    because: "no recorded answer of 2026 has them",
  },
  {
    of: /^workers\.(scripts|beta)\./,
    what: ["handlers", "named_handlers"],
    because: "the edge runs the code and does not read it",
  },
  {
    of: /^workers\.(scripts|beta)\./,
    what: ["assets", "cache_options", "containers", "exports", "exports_reconciliation"],
    because: "an upload with any of these is refused, and the Workers here have no assets",
  },
  {
    of: /^workers\.scripts\.(update|list|content)/,
    what: ["placement_mode", "placement_status", "placement.last_analyzed_at", "placement.status", "routes"],
    because: "all runs on this machine, at the subdomain",
  },
  {
    of: /^workers\.beta\.workers\./,
    what: ["previews_base_config", "preview_url_suffix"],
    because: "there are no previews",
  },
  {
    of: /^workers\.beta\.workers\.versions\./,
    what: ["migrations", "package_dependencies"],
    because: "they are for the upload, and nothing is made of them afterwards but the migrations' tag",
  },
  {
    of: /^workers\.beta\.workers\.versions\.(create|list)$/,
    what: ["modules"],
    because: "modules are shown to who asks for them",
  },
];
