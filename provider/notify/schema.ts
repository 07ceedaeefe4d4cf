import { z } from "zod";
import { isLoopback } from "../cloudflare/workerAddress";
import { choice, oneOf } from "../plan/schemaParts";
import type { NoticeKind } from "../rollout/ports";

/** Where to tell what happens to a release. */
export interface ReleaseNotification {
  /**
   * Where to send each event with POST: `https://`, or `http://` on this machine. It is kept as a secret, since such
   * addresses are often all that is needed to write there: it is in no log, no error and not in clear in any state.
   */
  url: string;
  /**
   * What is told: `"started"` (the first split is deployed), `"stage"` (a later stage has begun), `"waiting"` (for an
   * approval), and how the release ends: `"completed"`, `"aborted"`, `"inconclusive"`, `"interrupted"`, `"superseded"`.
   * That traffic could not be put back (`"revertFailed"`) is told in any case.
   * @default all of them but `"stage"`
   */
  on?: NoticeKind[];
  /**
   * - `"cloudevents"`: a CloudEvent 1.0 as JSON;
   * - `"slack"`: a message for an incoming webhook of Slack, which Mattermost, Rocket.Chat and others take too.
   * @default "cloudevents"
   */
  format?: "cloudevents" | "slack";
}

/** A notification as it is worked with. */
export interface NotificationTarget {
  readonly url: string;
  readonly on: readonly NoticeKind[];
  readonly format: "cloudevents" | "slack";
}

const events = [
  "started",
  "stage",
  "waiting",
  "completed",
  "aborted",
  "inconclusive",
  "interrupted",
  "superseded",
  "revertFailed",
] as const satisfies readonly NoticeKind[];

const address =
  "an address with https://, such as https://hooks.example.com/releases (http:// on this machine only), without a user or " +
  "password before the host";
const mostTargets = 20;
const targets = `a list of at most ${mostTargets} notifications, each with a \`url\``;

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

const notification = z.strictObject(
  {
    url: z.string({ error: address }).refine(isAddress, { error: address }),
    on: z
      .array(oneOf(events), { error: "a list of events" })
      .default(events.filter((event) => event !== "stage")),
    format: choice(["cloudevents", "slack"]).default("cloudevents"),
  },
  {
    // An unknown property is told in the words of whoever parses.
    error: ({ code }) => (code === "unrecognized_keys" ? undefined : "a notification with a `url`"),
  },
);

/** The schema of a list of {@link ReleaseNotification}s. No error repeats what was given: an address may be a secret. */
export const notifySchema = z.array(notification, { error: targets }).max(mostTargets, { error: targets });

/** An address as it may be shown: only whose it is. */
export function shownAddress(url: string): string {
  return new URL(url).origin;
}
