import { openTelemetry, type TelemetryOptions } from "../../edge/telemetry";
import { medianOf } from "../edge/statistics";
import type { Answer, RequestContext } from "./questions";
import { HOUR, type Truth } from "./traffic";

/** How a question was answered. */
export interface Asked {
  readonly name: string;
  /** The first time, by a store just opened. What the system keeps of the file in memory stays there. */
  readonly coldMs: number;
  readonly warmMs: number;
  readonly rowsRead: number;
  /** How many rows each that was read stands for. */
  readonly oneIn: number;
  readonly error: number;
}

/** Asks a question of the store in its thread, as the edge does: once cold, then `rounds` times. */
export async function ask(
  file: string,
  options: TelemetryOptions,
  question: RequestContext,
  truth: Truth,
  rounds: number,
): Promise<Asked> {
  const store = openTelemetry(file, "bench", options);
  const once = async (): Promise<{ answer: Answer; milliseconds: number }> => {
    const started = performance.now();
    const answer = (await store.query(question.body)) as Answer;
    return { answer, milliseconds: performance.now() - started };
  };
  // The thread starts with the first call, which is not what is measured; this one reads nothing.
  await store.values({
    datasets: [],
    key: "x",
    type: "string",
    timeframe: { from: HOUR.to, to: HOUR.to + 1 },
  });
  const { answer, milliseconds: coldMs } = await once();
  const warm: number[] = [];
  for (let round = 0; round < rounds; round++) warm.push((await once()).milliseconds);
  await store.close();
  return {
    ...{ name: question.name, coldMs, warmMs: medianOf(warm), oneIn: answer.statistics.abr_level },
    ...{ rowsRead: answer.statistics.rows_read, error: question.errorOf(answer, truth) },
  };
}
