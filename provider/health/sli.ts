/**
 * A service level indicator as the telemetry is asked for it: which of a version's invocations are bad.
 * The valid events of all of these are the version's invocations.
 */
export type Sli =
  /** Bad: a response status of 500 or above, or an invocation that did not end well. */
  | { readonly kind: "serverErrors" }
  /** Bad: an invocation that did not end well (an exception, or a resource limit exceeded). */
  | { readonly kind: "exceptions" }
  /** Bad: an invocation that took longer than `limitMs` milliseconds from start to end. */
  | { readonly kind: "wallTime"; readonly limitMs: number }
  /** Bad: an invocation that used more than `limitMs` milliseconds of CPU. */
  | { readonly kind: "cpuTime"; readonly limitMs: number };
