import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Call, Reply, Result } from './at-command.ts'
import { ERROR, OK, parseCommandLine, refusal } from './at-command.ts'
import { AT_COMMANDS } from './commands.ts'
import type { DropMoment, Faults } from './faults.ts'
import type { PortRole } from './profiles.ts'
import { CMS_OF_CME, wordResult } from './result-words.ts'
import type { PortSettings, StickInsides } from './stick-insides.ts'

const ESC = '\x1b'
const CRLF = '\r\n'
/** Lines that an unread port keeps; the rest is lost. */
const BACKLOG_LINES = 64
/** What a diagnostic port says to a frame it does not understand (HDLC, ends in 7E). */
const DIAGNOSTIC_FRAME = Buffer.from('13411421f2b07e', 'hex')

/** Text of an answer that is still being put together. */
interface Answer {
  readonly information: string[]
  readonly afterwards: (() => void)[]
  delayMs: number
}

/** One serial interface of a stick: takes command lines, gives answers, passes on unsolicited lines (ITU-T V.250). */
export class AtPort {
  readonly settings: PortSettings
  readonly #stick: StickInsides
  #client: Duplex | null = null
  #input = ''
  #isBusy = false
  /** Set while a prompt waits for its data. */
  #payload: { readonly call: Call; readonly take: (payload: string) => Reply } | null = null
  readonly #held: string[] = []
  #isPumping = false

  constructor(stick: StickInsides, role: PortRole) {
    this.#stick = stick
    this.settings = { role, echoes: true, isVerbose: true }
  }

  get isOpen(): boolean {
    return this.#client !== null
  }

  /** Connects the other end. @returns `false` when somebody else has the port */
  attach(client: Duplex): boolean {
    if (this.#client !== null) return false
    this.#client = client
    client.on('data', (chunk: Buffer) => this.#take(chunk))
    client.on('error', () => client.destroy())
    client.on('end', () => client.destroy())
    client.on('close', () => {
      if (this.#client === client) this.#client = null
    })
    this.#flush()
    return true
  }

  /** The port is gone: whoever has it notices, and all its settings are those after power-up. */
  disconnect(): void {
    // What was written before still arrives, as it does on a wire.
    if (this.#client instanceof Socket) this.#client.destroySoon()
    else this.#client?.destroy()
    this.#client = null
    this.#input = ''
    this.#isBusy = false
    this.#payload = null
    this.#held.length = 0
    this.settings.echoes = true
    this.settings.isVerbose = true
  }

  /** An unsolicited line. It waits for the end of an answer unless it is urgent. */
  announce(line: string, isUrgent: boolean): void {
    if (this.settings.role === 'diagnostic' || this.#stick.faults.isHung) return
    const text = CRLF + line + CRLF
    if (this.#client && (isUrgent || !(this.#isBusy || this.#payload))) this.write(text)
    else if (this.#held.length < BACKLOG_LINES) this.#held.push(text)
  }

  /** Octets to the other end, through whatever is armed to disturb them. */
  write(text: string): void {
    const { faults } = this.#stick
    if (this.#client === null || faults.isHung) return
    let octets: Uint8Array = Buffer.from(text, 'latin1')
    if (faults.junk) {
      octets = Buffer.concat([faults.junk.octets, octets])
      if (--faults.junk.times <= 0) faults.junk = null
    }
    const size = faults.pieceSize ?? octets.length
    for (let at = 0; at < octets.length; at += size) this.#client?.write(octets.subarray(at, at + size))
  }

  #take(chunk: Buffer): void {
    if (this.settings.role === 'diagnostic') {
      if (this.#stick.profile.diagnosticSpeaks) this.#client?.write(DIAGNOSTIC_FRAME)
      return
    }
    if (this.#stick.faults.isHung) return
    this.#input += chunk.toString('latin1')
    this.#pump()
  }

  /** Works off the input, one command line or payload after the other. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    while (!this.#isBusy && this.#step());
    this.#isPumping = false
  }

  #step(): boolean {
    const end = this.#input.search(this.#payload ? /[\x1a\x1b]/ : /\r/)
    if (end < 0) return false
    const text = this.#input.slice(0, end)
    const terminator = this.#input[end] ?? ''
    this.#input = this.#input.slice(end + 1)
    if (this.#payload) this.#runPayload(text, terminator)
    else this.#runLine(text)
    return true
  }

  #runLine(line: string): void {
    const at = line.search(/at/i)
    if (at < 0) return
    if (this.settings.echoes) this.write(`${line.slice(at)}\r`)
    const calls = parseCommandLine(line.slice(at + 2))
    const collected: Answer = { information: [], afterwards: [], delayMs: this.#stick.latency.commandMs }
    this.#isBusy = true
    if (calls === null) this.#finish(null, collected, ERROR)
    else this.#runCalls(calls, collected)
  }

  /** Commands joined by `;` give one answer, which ends at the first that fails. */
  #runCalls(calls: readonly Call[], collected: Answer): void {
    let last: Call | null = null
    for (const call of calls) {
      last = call
      const reply = this.#run(call)
      collected.information.push(...(reply.information ?? []))
      collected.delayMs += reply.delayMs ?? 0
      if (reply.afterwards) collected.afterwards.push(reply.afterwards)
      if (reply.withPayload) {
        this.#prompt(call, reply.withPayload, collected.delayMs)
        return
      }
      if (reply.result !== OK) {
        this.#finish(call, collected, reply.result)
        return
      }
    }
    this.#finish(last, collected, OK)
  }

  #run(call: Call): Reply {
    const { faults, profile, sim } = this.#stick
    const suffix = { execute: call.text, set: `=${call.text}`, read: '?', test: '=?' }[call.form]
    const refused = faults.refusals.get(call.name + suffix.toUpperCase()) ?? faults.refusals.get(call.name)
    if (refused && refused.times > 0) {
      refused.times--
      return refusal({ final: refused.result })
    }
    const row = AT_COMMANDS[call.name]
    if (!row) return refusal({ final: profile.unknownCommand })
    if (row.needsSim && call.form !== 'test') {
      const cme = sim.refusal()
      if (cme !== null) return refusal(row.needsSim === 'cms' ? { cms: CMS_OF_CME[cme] ?? 500 } : { cme })
    }
    return row.run(call, this.#stick, this.settings)
  }

  #prompt(call: Call, take: (payload: string) => Reply, delayMs: number): void {
    const { faults, timers } = this.#stick
    if (call.name === '+CMGS' && this.#drops('before-prompt')) return
    timers.after(delayMs, () => {
      this.#isBusy = false
      this.#payload = { call, take }
      if (faults.promptsToSwallow > 0) faults.promptsToSwallow--
      else if (faults.promptsWithoutBlank > 0) {
        faults.promptsWithoutBlank--
        this.write(`${CRLF}>`)
      } else this.write(`${CRLF}> `)
      this.#pump()
    })
  }

  #runPayload(text: string, terminator: string): void {
    const payload = this.#payload
    this.#payload = null
    if (payload === null) return
    if (this.settings.echoes) this.write(text + terminator)
    const collected: Answer = { information: [], afterwards: [], delayMs: this.#stick.latency.commandMs }
    this.#isBusy = true
    if (terminator === ESC) {
      this.#finish(null, collected, OK)
      return
    }
    if (payload.call.name === '+CMGS' && this.#drops('after-pdu')) return
    const { information = [], result, delayMs = 0 } = payload.take(text)
    collected.information.push(...information)
    collected.delayMs += delayMs
    this.#finish(payload.call, collected, result)
  }

  /** Writes the answer when its time has come, and then what was held back. */
  #finish(call: Call | null, { information, afterwards, delayMs }: Answer, result: Result): void {
    const { faults, timers } = this.#stick
    timers.after(delayMs + this.#latenessOf(call), () => {
      if (call?.name === '+CMGS' && this.#drops('before-cmgs-result')) return
      if (call?.name === '+CUSD' && this.#drops('before-cusd-result')) return
      if (call?.name === '+CMGD' && this.#drops('before-cmgd-result')) return
      const [first = ''] = information
      if (call?.name === '+CMGL' && first !== '' && faults.dropAt === 'mid-list') {
        this.write(CRLF + first.slice(0, first.length / 2))
        this.#drops('mid-list')
        return
      }
      this.write(this.#withLineBetween(this.#frame(information, result)))
      this.#isBusy = false
      for (const act of afterwards) act()
      this.#flush()
      this.#pump()
    })
  }

  #latenessOf(call: Call | null): number {
    const { faults } = this.#stick
    const { late } = faults
    if (!late || (late.command !== null && late.command !== call?.name)) return 0
    faults.late = null
    return late.delayMs
  }

  /** V1: every block between line ends; V0: a bare digit for the result. */
  #frame(information: readonly string[], result: Result): string {
    const words = wordResult(result, this.#stick.settings.cmee)
    if (this.settings.isVerbose) return [...information, words].map((block) => CRLF + block + CRLF).join('')
    const digits: Readonly<Record<string, string>> = { OK: '0', 'NO CARRIER': '3' }
    const code = digits[words] ?? (words.startsWith('+') ? words : '4')
    return `${information.map((block) => block + CRLF).join('')}${code}\r`
  }

  #withLineBetween(text: string): string {
    const { faults } = this.#stick
    const lines = text.match(/(?:\r\n)?[^\r\n]+\r\n?/g) ?? []
    if (lines.length < 2) return text
    if (faults.interleaved) return this.#interleave(lines, faults.interleaved)
    if (!faults.between) return text
    const { line, afterLine } = faults.between
    faults.between = null
    return lines.toSpliced(afterLine, 0, CRLF + line + CRLF).join('')
  }

  #interleave(lines: readonly string[], interleaved: NonNullable<Faults['interleaved']>): string {
    if (--interleaved.answers <= 0) this.#stick.faults.interleaved = null
    return lines
      .flatMap((line, at) => {
        if (at === 0) return [line]
        const news = interleaved.lines[interleaved.next++ % interleaved.lines.length]
        return [CRLF + news + CRLF, line]
      })
      .join('')
  }

  #drops(moment: DropMoment): boolean {
    const { faults } = this.#stick
    if (faults.dropAt !== moment) return false
    faults.dropAt = null
    this.#stick.reset()
    return true
  }

  #flush(): void {
    if (this.#client === null || this.#isBusy || this.#payload) return
    for (const text of this.#held.splice(0)) this.write(text)
  }
}
