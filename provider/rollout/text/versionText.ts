/** A version's id, short enough for a line and long enough to be told from others of its Worker. */
export function shortId(versionId: string): string {
  return versionId.slice(0, 8);
}
