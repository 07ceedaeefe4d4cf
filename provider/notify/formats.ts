import type { Notice, NoticeKind } from "../rollout/ports";
import { harmless } from "../shown";
import type { NotificationTarget } from "./schema";

/** What is sent: a body and what it is. */
export interface Message {
  readonly contentType: string;
  readonly body: string;
}

/** A notice in the format of a target. */
export function messageOf(notice: Notice, format: NotificationTarget["format"]): Message {
  return format === "slack" ? slackMessage(notice) : cloudEvent(notice);
}

/** A CloudEvent in structured mode (CloudEvents 1.0, JSON event format). */
function cloudEvent(notice: Notice): Message {
  const { kind, releaseId, scriptName, newVersionId, oldVersionId, place, text, at } = notice;
  const event = {
    specversion: "1.0",
    // The same for each try, and for no other event of the release.
    id: `${releaseId}/${kind}/${at}`,
    source: `/workers/${scriptName}`,
    type: `workers-release.${kind}`,
    subject: releaseId,
    time: new Date(at).toISOString(),
    datacontenttype: "application/json",
    data: {
      ...{ event: kind, scriptName, releaseId, newVersionId, oldVersionId: oldVersionId ?? null },
      ...place,
      message: harmless(text),
    },
  };
  return { contentType: "application/cloudevents+json; charset=utf-8", body: JSON.stringify(event) };
}

const signs: Readonly<Record<NoticeKind, string>> = {
  started: ":arrow_forward:",
  stage: ":arrow_forward:",
  waiting: ":raised_hand:",
  completed: ":white_check_mark:",
  aborted: ":x:",
  inconclusive: ":grey_question:",
  interrupted: ":warning:",
  superseded: ":warning:",
  revertFailed: ":rotating_light:",
};

function slackMessage({ kind, scriptName, text }: Notice): Message {
  return {
    contentType: "application/json; charset=utf-8",
    body: JSON.stringify({ text: `${signs[kind]} *${scriptName}* ${escaped(harmless(text))}` }),
  };
}

/** Slack takes these for the begin of links and of mentions that call everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
