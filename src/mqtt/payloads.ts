import type { Answer } from '../bridge/commands.ts'
import type { HistoryEntry } from '../bridge/modem-service.ts'
import type { IncomingCall, ModemCard, ModemHappening, ModemStatus } from '../bridge/outlet.ts'
import type { UssdReport } from '../bridge/ussd-report.ts'
import type { Failure, InboundSms, OutboundStatus } from '../modem/messages.ts'
import type { DeviceLock, FoundOperator } from '../modem/modem.ts'
import type { Battery, Cell, DataState, Signal } from '../modem/state.ts'
import type { HealthAnswer } from './health-payload.ts'
import { healthAnswerKeys } from './health-payload.ts'

/** What `bridge/info` tells besides the modems. */
export interface BridgeFacts {
  readonly version: string
  readonly nodeVersion: string
  /** RFC 3339 */
  readonly startedAt: string
  /** The configuration, already without secrets and phone numbers. */
  readonly config: unknown
}

/** `<modem>/state`. Every key is always there; what the modem has not told is `null`. */
export function formatState(status: ModemStatus): string {
  const { signal, registration, operator, sim, store, cell, data, battery, networkMode } = status.modem
  return JSON.stringify({
    link: status.link,
    phase: status.phase,
    sim: sim ?? 'unknown',
    registration: registration?.state ?? 'unknown',
    operator: operator?.name ?? null,
    operator_code: operator?.code ?? null,
    access_technology: registration?.accessTechnology ?? null,
    network_mode: networkMode?.mode ?? null,
    network_mode_raw: networkMode?.raw ?? null,
    signal: signalGroup(signal),
    cell: cellGroup(cell),
    data: dataGroup(data),
    // A group that a modem can never have is `null` as a whole; only what has a battery ever tells of one.
    battery: battery === undefined ? null : batteryGroup(battery),
    sms: {
      storage: store?.storage ?? null,
      used: store?.used ?? null,
      capacity: store?.capacity ?? null,
      unread: store?.unread ?? null,
      others: store?.others ?? null,
      waiting: status.waiting,
      sent_today: status.sentToday,
      quota_per_day: status.quotaPerDay,
      quota_left: status.quotaLeft,
    },
    ussd: status.ussd,
    problem: status.problem,
    updated_at: status.updatedAt,
  })
}

/** `<modem>/sms/received` and `<modem>/sms/last`. */
export function formatReceived(sms: InboundSms): string {
  return JSON.stringify(receivedKeys(sms))
}

/** `<modem>/homeassistant/sms_received`. @param isCatchUp it came while Home Assistant was away, and is told once more */
export function formatReceivedEvent(sms: InboundSms, isCatchUp: boolean): string {
  return JSON.stringify({ event_type: 'received', ...receivedKeys(sms), catch_up: isCatchUp })
}

/** `<modem>/homeassistant/sms_delivery`; its types are the words of `sms/status`. */
export function formatStatusEvent(status: OutboundStatus): string {
  return JSON.stringify({ event_type: status.status, ...statusKeys(status) })
}

/** `<modem>/homeassistant/ussd_reply`; its types are the words of `ussd/reply`. */
export function formatUssdEvent(report: UssdReport): string {
  return JSON.stringify({ event_type: report.status, ...ussdKeys(report) })
}

/** `<modem>/homeassistant/call`: `ringing`, and then `ended`. */
export function formatCallEvent(call: IncomingCall): string {
  return JSON.stringify({ event_type: call.endedAt === null ? 'ringing' : 'ended', ...callKeys(call) })
}

/** `<modem>/sms/status`. */
export function formatStatus(status: OutboundStatus): string {
  return JSON.stringify(statusKeys(status))
}

/** `<modem>/ussd/reply` and `<modem>/ussd/last`. */
export function formatUssd(report: UssdReport): string {
  return JSON.stringify(ussdKeys(report))
}

/** `<modem>/info`. The four personal numbers are there only when `publishIdentity`. */
export function formatInfo({ identity, transport, networkModes }: ModemCard, publishIdentity: boolean): string {
  const personal = publishIdentity ? identity : null
  return JSON.stringify({
    manufacturer: identity?.manufacturer ?? null,
    model: identity?.model ?? null,
    firmware: identity?.firmware ?? null,
    hardware: identity?.hardware ?? null,
    imei: personal?.imei ?? null,
    imsi: personal?.imsi ?? null,
    iccid: personal?.iccid ?? null,
    msisdn: personal?.msisdn ?? null,
    transport,
    port: identity?.port ?? null,
    locks: lockKeys(identity?.locks ?? null),
    network_modes: networkModes,
  })
}

/** `<modem>/event`. */
export function formatEvent({ type, detail }: ModemHappening): string {
  return JSON.stringify({ ...detail, type })
}

/** `<modem>/call`. */
export function formatCall(call: IncomingCall): string {
  return JSON.stringify(callKeys(call))
}

/** `bridge/info`. @param protocol MQTT protocol level, `null` before the first connection */
export function formatBridgeInfo(facts: BridgeFacts, cards: readonly ModemCard[], protocol: 5 | 4 | null): string {
  return JSON.stringify({
    version: facts.version,
    node_version: facts.nodeVersion,
    started_at: facts.startedAt,
    modems: cards.map(({ id, transport, identity }) => ({ id, transport, model: identity?.model ?? null })),
    mqtt_protocol: protocol,
    config: facts.config,
  })
}

/** The answer's data; a history and networks in the keys of the other payloads. */
function dataKeys(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data ?? null
  if ('sessionId' in data) return ussdKeys(data as UssdReport)
  if ('health' in data) return healthAnswerKeys(data as HealthAnswer)
  if ('operators' in data) return { operators: (data.operators as readonly FoundOperator[]).map(operatorKeys) }
  if (!('history' in data)) return data
  return { messages: (data.history as readonly HistoryEntry[]).map(historyKeys) }
}

function operatorKeys({ accessTechnology, ...operator }: FoundOperator): Record<string, unknown> {
  return { ...operator, access_technology: accessTechnology }
}

function lockKeys(lock: DeviceLock | null): Record<string, unknown> | null {
  return lock && { status: lock.status, to: lock.to, tries_left: lock.triesLeft }
}

function historyKeys(entry: HistoryEntry): Record<string, unknown> {
  if (entry.direction === 'received') return { direction: entry.direction, ...receivedKeys(entry.sms) }
  const { at, ...sent } = entry
  return { ...sent, accepted_at: new Date(at).toISOString() }
}

/** `<modem>/response/<command>`, and what goes to a Response Topic. */
export function formatResponse(answer: Answer, transaction: string | null): string {
  return JSON.stringify(
    answer.status === 'ok'
      ? { status: answer.status, data: dataKeys(answer.data), transaction }
      : { status: answer.status, error: failureKeys(answer.error), transaction },
  )
}

function cellGroup(cell: Cell | undefined): Readonly<Record<string, string | number | null>> {
  return {
    lac: cell?.lac ?? null,
    tac: cell?.tac ?? null,
    cell_id: cell?.cellId ?? null,
    pci: cell?.pci ?? null,
    band: cell?.band ?? null,
    channel: cell?.channel ?? null,
  }
}

function dataGroup(data: DataState | undefined): Readonly<Record<string, string | number | boolean | null>> {
  return {
    connected: data?.connected ?? null,
    ip: data?.ip ?? null,
    ipv6: data?.ipv6 ?? null,
    rx_bytes: data?.rxBytes ?? null,
    tx_bytes: data?.txBytes ?? null,
    rx_rate_bps: data?.rxRateBps ?? null,
    tx_rate_bps: data?.txRateBps ?? null,
    session_seconds: data?.sessionSeconds ?? null,
    month_rx_bytes: data?.monthRxBytes ?? null,
    month_tx_bytes: data?.monthTxBytes ?? null,
  }
}

function batteryGroup({ percent, charging }: Battery): Readonly<Record<string, number | boolean | null>> {
  return { percent, charging }
}

function signalGroup(signal: Signal | undefined): Readonly<Record<string, number | null>> {
  return {
    percent: signal?.percent ?? null,
    bars: signal?.bars ?? null,
    rssi_dbm: signal?.rssiDbm ?? null,
    rscp_dbm: signal?.rscpDbm ?? null,
    ecio_db: signal?.ecioDb ?? null,
    rsrp_dbm: signal?.rsrpDbm ?? null,
    rsrq_db: signal?.rsrqDb ?? null,
    sinr_db: signal?.sinrDb ?? null,
    ber: signal?.ber ?? null,
  }
}

function receivedKeys(sms: InboundSms): Readonly<Record<string, unknown>> {
  return {
    id: sms.id,
    from: sms.from,
    text: sms.text,
    sent_at: sms.sentAt,
    received_at: sms.receivedAt,
    smsc: sms.smsc,
    encoding: sms.encoding,
    parts: sms.parts,
    missing_parts: sms.missingParts,
    class: sms.messageClass,
    data_hex: sms.dataHex,
    ports: sms.ports === null ? null : { destination: sms.ports.destination, source: sms.ports.source },
    replaces: sms.replaces,
    raw: sms.raw,
    backlog: sms.backlog,
  }
}

function statusKeys(status: OutboundStatus): Readonly<Record<string, unknown>> {
  return {
    id: status.id,
    to: status.to,
    status: status.status,
    parts: status.parts,
    parts_sent: status.partsSent,
    references: status.references,
    error: status.error === null ? null : failureKeys(status.error),
    at: status.at,
    transaction: status.transaction,
  }
}

function callKeys({ from, at, endedAt, rings }: IncomingCall): Readonly<Record<string, unknown>> {
  return { from, at, ended_at: endedAt, rings }
}

/** Keys of `<modem>/ussd/reply`. */
export function ussdKeys({ sessionId, ...rest }: UssdReport): Readonly<Record<string, unknown>> {
  return { session_id: sessionId, ...rest }
}

function failureKeys({ code, message, cms, cme }: Failure): Readonly<Record<string, unknown>> {
  return { code, message, ...(cms === undefined ? {} : { cms }), ...(cme === undefined ? {} : { cme }) }
}
