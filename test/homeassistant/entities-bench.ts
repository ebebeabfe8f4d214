import type { ModemCard, ModemStatus } from '../../src/bridge/outlet.ts'
import { ROUTERS } from '../../src/devices/routers.ts'
import { networkModesOf } from '../../src/goform/network-mode.ts'
import type { EntitySettings } from '../../src/homeassistant/entity-row.ts'
import type { ModemState, NetworkModeName, StateGroup } from '../../src/modem/state.ts'
import { CARD, NEW_CARD, NOTHING_KNOWN } from '../mqtt/samples.ts'

const MODES_3G: readonly NetworkModeName[] = ['auto', 'gsm', 'umts', 'gsm_preferred', 'umts_preferred']
const MODES_LTE: readonly NetworkModeName[] = ['auto', 'gsm', 'umts', 'lte', 'lte_preferred']

const ALL_BUT_BATTERY: readonly StateGroup[] = CARD.tells
const WITHOUT_CONTEXTS = ALL_BUT_BATTERY.filter((group) => group !== 'data')

const stick = (model: string, more: Partial<ModemCard>): readonly [string, ModemCard] => [
  model,
  { ...CARD, identity: CARD.identity && { ...CARD.identity, model }, ...more },
]

/** Sticks, by what they answer when they are opened. */
const STICKS = [
  stick('MF190 (3G)', { networkModes: MODES_3G }),
  stick('MF831 (LTE)', { networkModes: MODES_LTE }),
  stick('one without ZSNT', { networkModes: null, tells: ALL_BUT_BATTERY.filter((group) => group !== 'networkMode') }),
  stick('one without data contexts', { networkModes: MODES_3G, canSwitchData: false, tells: WITHOUT_CONTEXTS }),
  stick('one with a locked SIM', {
    networkModes: null,
    canSend: false,
    canSwitchData: false,
    tells: ['signal', 'sim'],
  }),
  stick('one that tells nothing yet', { tells: [] }),
]

const router = (name: string, url: string, bearer: 'lte' | 'nr' | 'u50', hasBattery: boolean) =>
  [
    `${name}${hasBattery ? ' with a battery' : ''}`,
    {
      ...CARD,
      transport: 'http',
      identity: CARD.identity && { ...CARD.identity, model: name, port: url },
      canSwitchUsb: name.startsWith('MF823'),
      networkModes: networkModesOf(bearer),
      tells: hasBattery ? [...CARD.tells, 'battery'] : CARD.tells,
    } satisfies ModemCard,
  ] as const

/** Every kind of device there is a profile of, and what becomes of a modem over time. */
export const DEVICES: readonly (readonly [what: string, card: ModemCard])[] = [
  ['one that was never opened', NEW_CARD],
  ...STICKS,
  ...ROUTERS.flatMap(({ name, url, dialect }) =>
    [true, false].flatMap((battery) =>
      dialect.hasBattery === null || dialect.hasBattery === battery ? [router(name, url, dialect.bearer, battery)] : [],
    ),
  ),
]

const NOTIFY: EntitySettings['notify'] = [
  { slug: 'peter', name: 'Peter', to: '+491701234567' },
  { slug: 'семья', name: 'Семья', to: `O'Brien & "sons" {{ 1 }} \\` },
]

const QUERIES: EntitySettings['queries'] = [
  { slug: 'balance', name: 'Balance', code: '*100#', unit: 'EUR', regex: '([0-9.,]+)' },
  { slug: 'volume', name: 'Volume', code: '*101#', unit: null, regex: '([0-9]+)' },
  { slug: 'баланс', name: 'Баланс', code: '*102#', unit: null, regex: null },
]

const BOTH = [true, false]

/** Every combination of what the configuration says about entities. */
export const SETTINGS: readonly EntitySettings[] = BOTH.flatMap((publishIdentity) =>
  BOTH.flatMap((retainMessages) =>
    [NOTIFY, []].flatMap((notify) =>
      [QUERIES, []].map((queries) => ({ publishIdentity, retainMessages, notify, queries })),
    ),
  ),
)

const KNOWN: ModemState = {
  signal: {
    percent: 68,
    bars: 4,
    rssiDbm: -71,
    rscpDbm: -85,
    ecioDb: -6.5,
    rsrpDbm: -98,
    rsrqDb: -11,
    sinrDb: 9.4,
    ber: 0,
  },
  registration: { state: 'home', accessTechnology: 'lte' },
  operator: { name: 'o2 - de', code: '26207' },
  sim: 'ready',
  store: { storage: 'SM', used: 3, capacity: 20, unread: 1 },
  cell: { lac: null, tac: '1A2B', cellId: '01A2B3C4', pci: 17, band: 'B20', channel: 6300 },
  data: {
    connected: true,
    ip: '10.23.1.4',
    ipv6: '2001:db8::1',
    rxBytes: 1234,
    txBytes: 567,
    rxRateBps: 1000,
    txRateBps: 500,
    sessionSeconds: 3600,
    monthRxBytes: 99999,
    monthTxBytes: 8888,
  },
  battery: { percent: 80, charging: true },
  networkMode: { mode: 'auto', raw: '0,0,0' },
}

const BLANK: Readonly<Record<string, object>> = {
  battery: { percent: null, charging: null },
  registration: { state: 'unknown', accessTechnology: null },
  networkMode: { mode: 'other', raw: '9,9,9' },
  operator: { name: null, code: null },
}

/** States that a modem of this kind goes through: nothing known, everything, a group that turned blank. */
export function statusesOf({ tells }: ModemCard, { queries }: EntitySettings): readonly ModemStatus[] {
  const at = '2026-11-22T09:30:07.000Z'
  const ussd = (text: string | null, value: number | null): ModemStatus['ussd'] =>
    Object.fromEntries(queries.map(({ slug, unit }) => [slug, { value, unit, text, at: text === null ? null : at }]))
  const told = Object.fromEntries(tells.map((group) => [group, KNOWN[group]]))
  const blank = Object.fromEntries(Object.entries(BLANK).filter(([group]) => group in told))
  const roaming = {
    registration: { state: 'roaming', accessTechnology: 'nr_nsa' } as const,
    sim: 'puk_required' as const,
  }
  return [
    { ...NOTHING_KNOWN, ussd: ussd(null, null) },
    { ...NOTHING_KNOWN, link: 'up', phase: 'ready', modem: told, ussd: ussd('Your balance is 12.34 EUR', 12.34) },
    {
      ...NOTHING_KNOWN,
      modem: { ...told, ...blank },
      ussd: ussd('x'.repeat(500), null),
      problem: 'The modem is away.',
    },
    {
      ...NOTHING_KNOWN,
      phase: 'paused',
      modem: { ...told, ...roaming },
      ussd: ussd('  ', 1e21),
      waiting: 7,
      sentToday: 9,
    },
  ]
}
