import { open } from "../finding";

/** The advice where there is too little to try a question on. */
export const sendRequests =
  "Send the Worker some requests, wait a minute and run the doctor again, or use --with-test-worker.";

/** Where there is nothing. */
export const noTraffic = open("no invocation to try it on", sendRequests);
