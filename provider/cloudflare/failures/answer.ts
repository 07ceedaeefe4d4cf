import { z } from "zod";
import { shortMessage, shortStack, shortTrigger } from "../../rollout/text/shortened";
import { group, valueOf } from "../telemetryAnswer";
import { failureKeys } from "./query";

/** No Worker fails more often in any span that is read. */
const mostEvents = 1e12;
const count = z.number().nonnegative().max(mostEvents);

/** The answer to a query for groups. */
export const groupsAnswer = z
  .object({
    calculations: z
      .array(
        z.object({
          aggregates: z
            .array(
              z.object({ value: count, sampleInterval: count.nullish(), groups: z.array(group).default([]) }),
            )
            .default([]),
        }),
      )
      .default([]),
  })
  .transform(({ calculations }) =>
    calculations
      .flatMap(({ aggregates }) => aggregates)
      .map(({ value, sampleInterval, groups }): CountedGroup => {
        const of = (key: string): string | undefined => valueOf(groups, key);
        const status = Number(of(failureKeys.status));
        return {
          // As many as were stored, as everywhere: see `telemetryAnswer.ts`.
          events: value / Math.max(1, sampleInterval ?? 1),
          versionId: of(failureKeys.version) ?? "",
          outcome: of(failureKeys.outcome),
          status: Number.isNaN(status) ? undefined : status,
          request: shortTrigger(of(failureKeys.trigger) ?? ""),
          exception: exceptionText(of(failureKeys.exception), of(failureKeys.error)),
        };
      }),
  );

/** Events of one version that have the same about them. */
export interface CountedGroup {
  readonly events: number;
  readonly versionId: string;
  readonly outcome: string | undefined;
  readonly status: number | undefined;
  readonly request: string;
  /** `TypeError: x is not a function`; undefined of events that are no exceptions. */
  readonly exception: string | undefined;
}

const id = z.string().regex(/^[\w-]{1,64}$/);

const row = z.object({
  source: z
    .object({
      exception: z
        .object({ name: z.string().optional().catch(undefined), stack: z.string().default("").catch("") })
        .optional()
        .catch(undefined),
    })
    .catch({}),
  $workers: z
    .object({
      outcome: z.string().optional().catch(undefined),
      event: z
        .object({ response: z.object({ status: z.number() }).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .catch({}),
  $metadata: z.object({
    requestId: id.optional().catch(undefined),
    trigger: z.string().default("").catch(""),
    error: z.string().optional().catch(undefined),
  }),
});

/** The answer to a query for events. One that is written in another way is passed over: it is an example. */
export const eventsAnswer = z
  .object({ events: z.object({ events: z.array(z.unknown()).default([]) }).optional() })
  .transform(({ events }) =>
    (events?.events ?? []).flatMap((each): Example[] => {
      const { data } = row.safeParse(each);
      if (data === undefined) return [];
      const { source, $workers, $metadata } = data;
      const { exception } = source;
      return [
        {
          requestId: $metadata.requestId,
          request: shortTrigger($metadata.trigger),
          outcome: $workers.outcome,
          status: $workers.event?.response?.status,
          exception: exception && exceptionText(exception.name ?? "Error", $metadata.error),
          stack: shortStack(exception?.stack ?? ""),
        },
      ];
    }),
  );

/** One bad event of the new version. */
export interface Example {
  readonly requestId: string | undefined;
  readonly request: string;
  readonly outcome: string | undefined;
  readonly status: number | undefined;
  readonly exception: string | undefined;
  readonly stack: readonly string[];
}

function exceptionText(name: string | undefined, message = ""): string | undefined {
  if (name === undefined) return undefined;
  const said = shortMessage(message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message);
  return said === "" ? shortMessage(name) : `${shortMessage(name)}: ${said}`;
}
