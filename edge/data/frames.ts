const CLOSE = 0x8;

/** Follows one direction of a WebSocket, frame by frame, to know whether its sender has said goodbye. */
export class Frames {
  hasClosed = false;
  private header: number[] = [];
  /** What is still to come of the current frame's payload. */
  private left = 0;

  read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.left > 0) at += this.skip(chunk.length - at);
      else this.take(chunk[at++] ?? 0);
    }
  }

  private skip(available: number): number {
    const skipped = Math.min(this.left, available);
    this.left -= skipped;
    return skipped;
  }

  private take(byte: number): void {
    this.header.push(byte);
    if (this.header.length < headerSize(this.header)) return;
    this.hasClosed ||= ((this.header[0] ?? 0) & 0x0f) === CLOSE;
    this.left = payloadSize(this.header);
    this.header = [];
  }
}

/** RFC 6455, 5.2: two bytes, then the length if it did not fit into them, then the mask. */
function headerSize([, second = 0]: readonly number[]): number {
  return 2 + lengthSize(second) + (second >= 0x80 ? 4 : 0);
}

function lengthSize(second: number): number {
  const short = second & 0x7f;
  if (short < 126) return 0;
  return short === 126 ? 2 : 8;
}

function payloadSize(header: readonly number[]): number {
  const second = header[1] ?? 0;
  const size = lengthSize(second);
  if (size === 0) return second & 0x7f;
  return header.slice(2, 2 + size).reduce((length, byte) => length * 256 + byte, 0);
}
