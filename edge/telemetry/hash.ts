/** 32 bits in which every bit depends on all of `text`, and on `salt`. */
export function hash(text: string, salt: number): number {
  let bits = salt;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  // The steps above reach the low bits last; these (MurmurHash3's end) spread what came in.
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
