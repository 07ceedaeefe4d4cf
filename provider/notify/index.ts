export { noticesTo, toldInTime, type SentNotices } from "./notify";
export {
  notifySchema,
  type ReleaseNotification,
  type NotificationEvent,
  type NotificationTarget,
} from "./schema";
