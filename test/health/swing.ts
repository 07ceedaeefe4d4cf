/** Standard normal numbers of which each has the correlation `memory` with the one before. */
export function swing(length: number, memory: number, random: () => number): number[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const values = [normal()];
  for (let at = 1; at < length; at += 1) {
    values.push(memory * (values[at - 1] ?? 0) + Math.sqrt(1 - memory ** 2) * normal());
  }
  return values;
}
