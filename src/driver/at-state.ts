import { parseCops, parseRegistration } from '../at/responses-network.ts'
import type { ExtendedSignalQuality, SignalQuality, ZteSignal } from '../at/responses-signal.ts'
import { parseCesq, parseCsq, parseZrssi } from '../at/responses-signal.ts'
import { parseCpms } from '../at/responses-sms.ts'
import { parseZdon, parseZpas, parseZsnt } from '../at/responses-zte.ts'
import { ModemError } from '../modem/errors.ts'
import { isRegistered, percentOf } from '../modem/readings.ts'
import type {
  DataState,
  MessageStore,
  ModemState,
  NetworkMode,
  Operator,
  Registration,
  Signal,
  StateGroup,
} from '../modem/state.ts'
import type { AtChannel } from './at-channel.ts'
import { readData } from './at-data.ts'
import { ask, endsConnection, firstOf } from './at-question.ts'
import type { Reports } from './at-registration.ts'
import { cellOf, registrationByZte, registrationOf } from './at-registration.ts'
import { readSim } from './at-sim.ts'

const REPORTS = [
  { prefix: '+CREG:', kind: 'cs' },
  { prefix: '+CEREG:', kind: 'eps' },
  { prefix: '+CGREG:', kind: 'ps' },
] as const satisfies readonly { readonly prefix: string; readonly kind: keyof Reports }[]

/** Reads the groups of the state over AT commands. */
export class AtStateReader {
  readonly #channel: AtChannel
  readonly #hasContexts: boolean
  /** Commands that this modem does not know. */
  readonly #unknown = new Set<string>()
  /** MCC and MNC by operator name: asking for them needs another format, which is then set for everybody. */
  readonly #codes = new Map<string, string>()
  /** What the modem last said of its registration, and what was made of it. */
  #reports: Reports | undefined
  /** What it said by itself while it was being asked, which is newer than its answers. */
  #heardMeanwhile: Partial<Reports> = {}
  #registration: Registration | undefined

  /** @param hasContexts whether it tells of data contexts */
  constructor(channel: AtChannel, hasContexts: boolean) {
    this.#channel = channel
    this.#hasContexts = hasContexts
  }

  /** A group the modem cannot tell now is absent. @throws ModemError when the connection has ended */
  async read(groups: readonly StateGroup[]): Promise<Partial<ModemState>> {
    const state: { -readonly [G in StateGroup]?: ModemState[G] } = {}
    for (const group of new Set(groups)) {
      if (group === 'sim') state.sim = await readSim(this.#channel)
      else if (group === 'registration' || group === 'cell') Object.assign(state, await this.#whereabouts(state))
      else Object.assign(state, defined(group, await this.#group(group)))
    }
    return state
  }

  /**
   * What an unsolicited line says by itself, before anything is asked; `undefined`: nothing, or nothing that can be understood without
   * what the modem said before.
   */
  heard(line: string): Pick<Partial<ModemState>, 'registration'> | undefined {
    const kind = REPORTS.find(({ prefix }) => line.startsWith(prefix))?.kind
    const report = kind === undefined ? undefined : parseRegistration(line)
    if (kind === undefined || report === undefined || this.#reports === undefined) return undefined
    this.#reports = { ...this.#reports, [kind]: report }
    this.#heardMeanwhile = { ...this.#heardMeanwhile, [kind]: report }
    const told = registrationOf(this.#reports)
    if (told === undefined) return undefined
    // Short lines leave out the technology, which rarely changes with them.
    const accessTechnology =
      told.accessTechnology ?? (isRegistered(told) ? this.#registration?.accessTechnology : null) ?? null
    return { registration: { ...told, accessTechnology } }
  }

  #group(group: Exclude<StateGroup, 'sim' | 'registration' | 'cell'>): Promise<ModemState[StateGroup] | undefined> {
    if (group === 'signal') return this.#signal()
    if (group === 'operator') return this.#operator()
    if (group === 'data') return this.#data()
    if (group === 'networkMode') return this.#networkMode()
    return group === 'store' ? this.#store() : Promise.resolve(undefined)
  }

  async #signal(): Promise<Signal | undefined> {
    const csq = await ask(this.#channel, 'AT+CSQ', firstOf(parseCsq))
    const cesq = await this.#askIfKnown('AT+CESQ', parseCesq)
    const zrssi = await this.#askIfKnown('AT+ZRSSI', parseZrssi)
    return csq === undefined && cesq === undefined && zrssi === undefined ? undefined : signalOf(csq, cesq, zrssi)
  }

  /** The cell comes with the registration and costs nothing of its own. */
  async #whereabouts({
    registration,
  }: Partial<ModemState>): Promise<Pick<Partial<ModemState>, 'registration' | 'cell'>> {
    if (registration !== undefined) return {}
    this.#heardMeanwhile = {}
    const asked: Reports = {
      // Circuit-switched first: that is where a stick of the 3G years gets its messages.
      cs: await ask(this.#channel, 'AT+CREG?', firstOf(parseRegistration)),
      eps: await this.#askIfKnown('AT+CEREG?', parseRegistration),
      ps: await this.#askIfKnown('AT+CGREG?', parseRegistration),
    }
    const reports: Reports = { ...asked, ...this.#heardMeanwhile }
    this.#reports = reports
    const told = registrationOf(reports)
    const isWhole = told !== undefined && (told.accessTechnology !== null || !isRegistered(told))
    const zte = isWhole ? undefined : await this.#askIfKnown('AT+ZPAS?', parseZpas)
    if (told !== undefined) {
      const technology = told.accessTechnology ?? zte?.accessTechnology ?? null
      this.#registration = { ...told, accessTechnology: technology }
      return { registration: this.#registration, cell: cellOf(reports) }
    }
    return zte ? { registration: registrationByZte(zte, await this.#askIfKnown('AT+ZDON?', parseZdon)) } : {}
  }

  async #operator(): Promise<Operator | undefined> {
    const current = await ask(this.#channel, 'AT+COPS?', firstOf(parseCops))
    if (current === undefined) return undefined
    const { operator, format } = current
    if (operator === null) return { name: null, code: null }
    if (format === 2) {
      const zte = await this.#askIfKnown('AT+ZDON?', parseZdon)
      return { name: zte?.operator ?? null, code: operator }
    }
    const code = this.#codes.get(operator) ?? (await this.#operatorCode())
    if (code !== null) this.#codes.set(operator, code)
    return { name: operator, code }
  }

  /** The numeric form of `+COPS` keeps leading zeros of the MNC, which ZTE's own command does not. */
  async #operatorCode(): Promise<string | null> {
    if ((await this.#askIfKnown('AT+COPS=3,2', () => undefined, true)) === true) {
      const numeric = await ask(this.#channel, 'AT+COPS?', firstOf(parseCops))
      await ask(this.#channel, 'AT+COPS=3,0', () => true)
      if (numeric?.format === 2 && /^\d{5,6}$/.test(numeric.operator ?? '')) return numeric.operator
    }
    const zte = await this.#askIfKnown('AT+ZDON?', parseZdon)
    if (zte === undefined || zte.mcc === null || zte.mnc === null) return null
    return `${String(zte.mcc).padStart(3, '0')}${String(zte.mnc).padStart(2, '0')}`
  }

  async #data(): Promise<DataState | undefined> {
    return this.#hasContexts ? readData(this.#channel) : undefined
  }

  async #networkMode(): Promise<NetworkMode | undefined> {
    const selection = await this.#askIfKnown('AT+ZSNT?', parseZsnt)
    return selection && { mode: selection.mode, raw: selection.triple.join(',') }
  }

  async #store(): Promise<MessageStore | undefined> {
    // The third is the one for receiving, also while another one is being read.
    const usage = (await ask(this.#channel, 'AT+CPMS?', firstOf(parseCpms)))?.at(-1)
    return usage && { storage: usage.store, used: usage.used, capacity: usage.capacity }
  }

  async #askIfKnown<T>(command: string, parse: (line: string) => T | undefined, otherwise?: T): Promise<T | undefined> {
    if (this.#unknown.has(command)) return undefined
    try {
      return firstOf(parse)(await this.#channel.send(command)) ?? otherwise
    } catch (error) {
      if (endsConnection(error)) throw error
      if (isUnknownCommand(error)) this.#unknown.add(command)
      return undefined
    }
  }
}

/** A plain ERROR, or words to that effect; a numbered error may be another one the next time. */
function isUnknownCommand(error: unknown): boolean {
  if (!(error instanceof ModemError)) return false
  return error.code === 'not_supported' || (error.code === 'rejected_by_modem' && error.cme === undefined)
}

function defined<T>(group: StateGroup, value: T | undefined): { readonly [group: string]: T } {
  return value === undefined ? {} : { [group]: value }
}

/** ZTE's own command says most and wins; the scale of `+CSQ` is the coarsest. */
function signalOf(
  csq: SignalQuality | undefined,
  cesq: ExtendedSignalQuality | undefined,
  zrssi: ZteSignal | undefined,
): Signal {
  const rssiDbm = zrssi?.rssiDbm ?? csq?.rssiDbm ?? cesq?.rxlevDbm ?? null
  const rscpDbm = zrssi?.rscpDbm ?? cesq?.rscpDbm ?? null
  const rsrpDbm = zrssi?.rsrpDbm ?? cesq?.rsrpDbm ?? null
  const percent = percentOf({ rssiDbm: csq?.rssiDbm ?? rssiDbm, rsrpDbm, rscpDbm })
  return {
    percent,
    bars: percent === null ? null : Math.ceil(percent / 20),
    rssiDbm,
    rscpDbm,
    ecioDb: zrssi?.ecioDb ?? cesq?.ecnoDb ?? null,
    rsrpDbm,
    rsrqDb: zrssi?.rsrqDb ?? cesq?.rsrqDb ?? null,
    sinrDb: zrssi?.sinrDb ?? null,
    ber: csq?.ber ?? cesq?.ber ?? null,
  }
}
