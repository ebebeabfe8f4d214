import type { Registry as RegistryType } from 'prom-client'
import type { ModemCounters } from '../bridge/counters.ts'
import type { ModemStatus } from '../bridge/outlet.ts'
import { PHASES } from '../bridge/outlet.ts'
import type { ModemId } from '../modem/modem.ts'
import { isRegistered } from '../modem/readings.ts'
import type { MetricsPage } from './health-server.ts'

/** Where the numbers come from. */
export interface MetricsSource {
  readonly version: string
  readonly isBrokerConnected: () => boolean
  readonly statuses: () => ReadonlyMap<ModemId, ModemStatus | undefined>
  readonly counters: () => ReadonlyMap<ModemId, ModemCounters>
}

interface GaugeRow {
  readonly name: string
  readonly help: string
  /** `null`: not known, and then not shown. */
  readonly read: (status: ModemStatus) => number | null
}

/** Numbers of a modem that go up and down. */
const GAUGES: readonly GaugeRow[] = [
  {
    name: 'modem_up',
    help: 'Whether the bridge can talk to the modem.',
    read: ({ link }) => (link === 'up' ? 1 : 0),
  },
  {
    name: 'modem_problem',
    help: 'Whether the modem has a problem.',
    read: ({ problem }) => (problem === null ? 0 : 1),
  },
  {
    name: 'modem_registered',
    help: 'Whether the modem is registered with a network.',
    read: ({ modem: { registration } }) => (registration === undefined ? null : isRegistered(registration) ? 1 : 0),
  },
  { name: 'signal_percent', help: 'Signal.', read: ({ modem }) => modem.signal?.percent ?? null },
  { name: 'signal_rssi_dbm', help: 'RSSI.', read: ({ modem }) => modem.signal?.rssiDbm ?? null },
  { name: 'signal_rscp_dbm', help: 'RSCP (UMTS).', read: ({ modem }) => modem.signal?.rscpDbm ?? null },
  { name: 'signal_ecio_db', help: 'Ec/Io (UMTS).', read: ({ modem }) => modem.signal?.ecioDb ?? null },
  { name: 'signal_rsrp_dbm', help: 'RSRP (LTE).', read: ({ modem }) => modem.signal?.rsrpDbm ?? null },
  { name: 'signal_rsrq_db', help: 'RSRQ (LTE).', read: ({ modem }) => modem.signal?.rsrqDb ?? null },
  { name: 'signal_sinr_db', help: 'SINR (LTE).', read: ({ modem }) => modem.signal?.sinrDb ?? null },
  { name: 'sms_waiting', help: 'Outgoing messages not yet handed over.', read: ({ waiting }) => waiting },
  {
    name: 'sms_parts_sent_today',
    help: 'Parts handed over since midnight.',
    read: ({ sentToday }) => sentToday,
  },
  { name: 'store_used', help: 'Messages in the store of the modem.', read: ({ modem }) => modem.store?.used ?? null },
  { name: 'store_capacity', help: 'Places in that store.', read: ({ modem }) => modem.store?.capacity ?? null },
]

/** What has happened to a modem since the start. */
const COUNTERS = [
  { name: 'modem_openings_total', help: 'How often the modem was opened.', key: 'openings' },
  { name: 'modem_losses_total', help: 'How often it was lost.', key: 'losses' },
  { name: 'sms_received_total', help: 'Messages received and published.', key: 'received' },
  { name: 'sms_sent_total', help: 'Messages of which the network has every part.', key: 'sent' },
  { name: 'sms_failed_total', help: 'Messages that failed, expired, or have an unknown fate.', key: 'failed' },
] as const

type Prometheus = typeof import('prom-client')

/** Of the process, and therefore the same for every start within it: its observers cannot be ended. */
let ofProcess: RegistryType | undefined

/** The metrics as Prometheus scrapes them; the library is loaded only where it is wanted. */
export async function createMetrics(source: MetricsSource): Promise<() => Promise<MetricsPage>> {
  const prometheus = await import('prom-client')
  if (ofProcess === undefined) {
    ofProcess = new prometheus.Registry()
    prometheus.collectDefaultMetrics({ register: ofProcess })
  }
  const own = new prometheus.Registry()
  describeBridge(prometheus, own, source)
  describeModems(prometheus, own, source)
  const all = prometheus.Registry.merge([ofProcess, own])
  return async () => ({ contentType: all.contentType, body: await all.metrics() })
}

function describeBridge({ Gauge }: Prometheus, own: RegistryType, source: MetricsSource): void {
  const info = { name: 'zte2mqtt_info', help: 'Version, in a label.', labelNames: ['version'], registers: [own] }
  new Gauge(info).set({ version: source.version }, 1)
  new Gauge({
    name: 'zte2mqtt_broker_connected',
    help: 'Whether there is a connection to the MQTT broker.',
    registers: [own],
    collect() {
      this.set(source.isBrokerConnected() ? 1 : 0)
    },
  })
}

function describeModems({ Gauge, Counter }: Prometheus, own: RegistryType, source: MetricsSource): void {
  const common = { registers: [own], labelNames: ['modem'] }
  for (const { name, help, read } of GAUGES) {
    new Gauge({
      ...common,
      name: `zte2mqtt_${name}`,
      help,
      collect() {
        this.reset()
        for (const [modem, status] of source.statuses()) {
          const value = status === undefined ? null : read(status)
          if (value !== null) this.set({ modem }, value)
        }
      },
    })
  }
  new Gauge({
    name: 'zte2mqtt_modem_phase',
    help: '1 for the phase the modem is in, 0 for all others.',
    registers: [own],
    labelNames: ['modem', 'phase'],
    collect() {
      for (const [modem, status] of source.statuses()) {
        for (const phase of PHASES) this.set({ modem, phase }, (status?.phase ?? 'starting') === phase ? 1 : 0)
      }
    },
  })
  for (const { name, help, key } of COUNTERS) {
    new Counter({
      ...common,
      name: `zte2mqtt_${name}`,
      help,
      collect() {
        this.reset()
        for (const [modem, counters] of source.counters()) this.inc({ modem }, counters[key])
      },
    })
  }
  new Counter({
    name: 'zte2mqtt_remedies_total',
    help: 'How often the bridge helped a modem, by remedy.',
    registers: [own],
    labelNames: ['modem', 'remedy'],
    collect() {
      this.reset()
      for (const [modem, { remedies }] of source.counters()) {
        for (const [remedy, times] of remedies) this.inc({ modem, remedy }, times)
      }
    },
  })
}
