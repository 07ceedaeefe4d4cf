export type { NoticeKind as NotificationEvent } from "../rollout/ports";
export { noticesTo, toldInTime, type SentNotices } from "./notify";
export { notifySchema, type ReleaseNotification, type NotificationTarget } from "./schema";
