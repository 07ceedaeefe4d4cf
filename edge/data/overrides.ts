/** A member of an RFC 8941 dictionary whose value is a string: key="value". */
const MEMBER = /^([a-z*][a-z0-9_\-.*]*)="((?:[ !#-[\]-~]|\\["\\])*)"(?:;[^"]*)?$/;

/**
 * The version that `Cloudflare-Workers-Version-Overrides` asks for, for one script. A header that is no dictionary
 * of strings, or does not name the script, asks for nothing: Cloudflare ignores it silently too.
 */
export function overrideFor(scriptName: string, header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const members = splitMembers(header).map((member) => MEMBER.exec(member.trim()));
  // Of a key given twice the last one counts, says the RFC.
  return members.findLast((member) => member?.[1] === scriptName)?.[2]?.replace(/\\(["\\])/g, "$1");
}

/** Cuts at commas which are not inside a quoted string. */
function splitMembers(header: string): string[] {
  return header.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [];
}
