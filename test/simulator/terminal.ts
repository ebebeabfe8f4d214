import type { Duplex } from 'node:stream'

/** Somebody at the other end of a line, who sees raw octets. */
export class Terminal {
  readonly line: Duplex
  isClosed = false
  readonly chunks: string[] = []

  constructor(line: Duplex) {
    this.line = line
    line.on('data', (chunk: Buffer) => this.chunks.push(chunk.toString('latin1')))
    line.on('close', () => {
      this.isClosed = true
    })
  }

  /** What has been said since the last time, once the streams have nothing more to move. */
  async said(): Promise<string> {
    for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    return this.chunks.splice(0).join('')
  }

  /** Writes, and gives what is said to that. */
  ask(text: string): Promise<string> {
    this.line.write(text, 'latin1')
    return this.said()
  }

  /** A command without echo around it; the answer without its line ends. */
  async lines(command: string): Promise<string[]> {
    const text = await this.ask(`${command}\r`)
    return text.split(/[\r\n]+/).filter((line) => line !== '')
  }
}
