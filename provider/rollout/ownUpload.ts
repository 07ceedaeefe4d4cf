import { unlessFault, type Deployment } from "./ports";
import type { Dependencies, ReleaseRequest } from "./release";

/**
 * Why the upload of a version could not but give it all traffic, and why no older one can take its place: it is the first
 * of its Worker, or it brought a Durable Object migration.
 */
export type OwnUpload = "first" | "migration";

/** Long enough to mend what hindered the `pulumi up` that uploaded it. What has served for longer is no news to anybody. */
const newMs = 3_600_000;

/**
 * Whether the new version, which has all traffic, got it a short while ago by such an upload. What cannot be found out
 * means that it did not.
 *
 * @param recent the newest deployments, newest first
 */
export async function ownUploadOf(
  { versionId }: Pick<ReleaseRequest, "versionId">,
  [active, before]: readonly Deployment[],
  { past, contents, clock }: Pick<Dependencies, "past" | "contents" | "clock">,
): Promise<OwnUpload | undefined> {
  if (active === undefined || active.record !== undefined || !active.byUpload) return undefined;
  if (clock.now() - active.createdAt >= newMs) return undefined;
  // Only a list tells that there was nothing before.
  if (before === undefined) return past === undefined ? undefined : "first";
  const [most] = before.split.toSorted((a, b) => b.percent - a.percent);
  if (contents === undefined || most === undefined) return undefined;
  const differ = await contents.differInMigrations(versionId, most.versionId).catch(unlessFault(false));
  return differ ? "migration" : undefined;
}
