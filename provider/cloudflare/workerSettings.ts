/** What Workers Observability records of a Worker. */
export interface Observability {
  readonly enabled: boolean;
  /** The share of the requests that is recorded, from 0 to 1. Default: 1. */
  readonly headSamplingRate?: number | undefined;
  /** Whether URLs are recorded without their query. */
  readonly redactQueryString?: boolean | undefined;
  readonly issues?: { readonly enabled?: boolean | undefined } | undefined;
  readonly logs?: (Observed & { readonly invocationLogs?: boolean | undefined }) | undefined;
  readonly traces?: (Observed & { readonly propagationPolicy?: string | undefined }) | undefined;
}

/** As {@link Observability}, of logs or traces in particular. */
export interface Observed {
  readonly enabled?: boolean | undefined;
  readonly headSamplingRate?: number | undefined;
  readonly persist?: boolean | undefined;
  readonly destinations?: readonly string[] | undefined;
}

/** What belongs to a Worker, whichever version runs. */
export interface WorkerSettings {
  readonly observability?: Observability | undefined;
  readonly tailConsumers?:
    readonly { readonly service: string; readonly environment?: string | undefined }[] | undefined;
  readonly logpush?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** The settings that are given, in the API's words. */
export function settingsMetadata(settings: WorkerSettings): Record<string, unknown> {
  const { observability, tailConsumers, logpush, tags } = settings;
  return {
    ...(observability && { observability: observabilityMetadata(observability) }),
    ...(tailConsumers && { tail_consumers: tailConsumers }),
    ...(logpush !== undefined && { logpush }),
    ...(tags && { tags }),
  };
}

/** Observability in the API's words. */
export function observabilityMetadata(observability: Observability): {
  enabled: boolean;
  head_sampling_rate: number;
} {
  const { enabled, headSamplingRate, redactQueryString, issues, logs, traces } = observability;
  return {
    enabled,
    head_sampling_rate: headSamplingRate ?? 1,
    ...(redactQueryString !== undefined && { redact_query_string: redactQueryString }),
    ...(issues && { issues }),
    ...(logs && { logs: { ...observedMetadata(logs), invocation_logs: logs.invocationLogs } }),
    ...(traces && { traces: { ...observedMetadata(traces), propagation_policy: traces.propagationPolicy } }),
  };
}

function observedMetadata({ enabled, headSamplingRate, persist, destinations }: Observed): object {
  return { enabled, head_sampling_rate: headSamplingRate, persist, destinations };
}
