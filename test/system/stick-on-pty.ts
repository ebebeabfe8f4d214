import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, watch } from 'node:fs'
import { join } from 'node:path'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { PortRole, StickProfile } from '../../src/simulator/profiles.ts'
import { ORDINARY } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'
import type { Stage } from './house.ts'
import { run, temporaryFolder } from './house.ts'

export const NUMBER = '+447700900001'

/** What a modem may not know, and is useful without. */
export const OPTIONAL_COMMANDS = [
  'E',
  'V',
  'I',
  '+CMEE',
  '+CPMS?',
  '+CPMS=?',
  '+CGMI',
  '+CGMM',
  '+CGMR',
  '+CGSN',
  '+CFUN',
  '+ZOPRT',
  '+CSCS',
  '+COPS',
  '+CREG',
  '+CGREG',
  '+CEREG',
  '+CNMI',
  '+CIMI',
  '+ZGETICCID',
  '+ICCID',
  '+CCID',
  '+CRSM',
  '+CNUM',
  '+CSQ',
  '+CESQ',
  '+ZRSSI',
  '+ZPAS',
  '+ZDON',
] as const

/** Away from the bus after a drop, so that the bridge meets a port that is not there. */
const RETURN_MS = 300

/** The stick, and which of its ports is the pty. */
export interface PtyOptions extends Partial<Omit<AtStickOptions, 'network' | 'profile'>> {
  readonly profile?: Partial<StickProfile>
  /** The interface behind the configured port. */
  readonly role?: PortRole
}

/**
 * A simulated stick behind a pseudo-terminal that comes and goes with it, and a link with a stable name beside, as udev
 * makes it. The device file vanishes with the stick, and is a new one when it returns.
 */
export class StickOnPty {
  readonly network = new CellularNetwork()
  readonly stick: AtStick
  /** The stable name. */
  readonly port: string
  readonly #t: Stage
  readonly #folder: string
  readonly #role: PortRole
  #tcpPort = 0
  #number = 0
  #isOver = false
  #socat: ChildProcess | undefined
  #appearance: Promise<void> = Promise.resolve()

  private constructor(t: Stage, { profile, role = 'status', latency, ...rest }: PtyOptions) {
    this.#t = t
    this.#role = role
    this.#folder = temporaryFolder(t)
    mkdirSync(join(this.#folder, 'by-id'))
    this.port = join(this.#folder, 'by-id', 'usb-ZTE-if01')
    this.stick = new AtStick({
      network: this.network,
      number: NUMBER,
      profile: { ...ORDINARY, ...profile },
      latency: { returnMs: RETURN_MS, ...latency },
      ...rest,
    })
    t.after(() => {
      this.#isOver = true
      this.#socat?.kill()
      this.stick.close()
      this.network.close()
    })
  }

  static async plugIn(t: Stage, options: PtyOptions = {}): Promise<StickOnPty> {
    const pty = new StickOnPty(t, options)
    pty.#tcpPort = await pty.stick.listen(0, '127.0.0.1', pty.stick.interfaceOf(pty.#role))
    pty.#serve()
    await pty.#appearance
    return pty
  }

  /** The device file as the kernel names it now. */
  get device(): string {
    return join(this.#folder, `ttyUSB${this.#number}`)
  }

  /** From the next return on it has another number: somebody held the old one. */
  renumber(): void {
    this.#number += 1
  }

  /** Pulled out; resolves when the device file is gone. */
  async pull(): Promise<void> {
    const gone = this.#socat && once(this.#socat, 'exit')
    this.stick.dropOffBus()
    await gone
  }

  /** Back on the bus; resolves when the device file is there. */
  async replug(): Promise<void> {
    await this.stick.replug()
    await this.#appearance
  }

  /** Somebody else gives the stick a command, on its modem port. Resolves with its final result. */
  async enter(command: string): Promise<void> {
    const line = this.stick.connect(this.stick.interfaceOf('modem'))
    line.write(`${command}\r`)
    for await (const chunk of line) if (/^(?:OK|.*ERROR.*)\r?$/m.test(String(chunk))) break
  }

  /** For as long as the device file is there. It ends with the stick's connection and with the bridge's, and begins anew. */
  #serve(): void {
    const [device, tcp] = [this.device, `tcp:127.0.0.1:${this.#tcpPort},forever,interval=0.05`]
    this.#appearance = new Promise<void>((resolve) => {
      const watcher = watch(this.#folder, () => {
        if (!existsSync(device)) return
        watcher.close()
        this.#nameIt(device)
        resolve()
      })
      this.#t.after(() => watcher.close())
    })
    this.#socat = run(this.#t, 'socat', ['-t', '0.01', tcp, `pty,raw,echo=0,link=${device}`])
    void once(this.#socat, 'exit').then(() => {
      rmSync(this.port, { force: true })
      if (!this.#isOver) this.#serve()
    })
  }

  #nameIt(device: string): void {
    const fresh = `${this.port}.new`
    rmSync(fresh, { force: true })
    symlinkSync(device, fresh)
    renameSync(fresh, this.port)
  }
}
