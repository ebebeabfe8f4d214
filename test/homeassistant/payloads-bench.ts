import type { IncomingCall, ModemCard } from '../../src/bridge/outlet.ts'
import { PHASES } from '../../src/bridge/outlet.ts'
import type { UssdReport } from '../../src/bridge/ussd-report.ts'
import type { EntitySettings } from '../../src/homeassistant/entity-row.ts'
import type { SendingStatus } from '../../src/modem/messages.ts'
import {
  formatBridgeInfo,
  formatCallEvent,
  formatInfo,
  formatReceived,
  formatReceivedEvent,
  formatResponse,
  formatState,
  formatStatusEvent,
  formatUssdEvent,
} from '../../src/mqtt/payloads.ts'
import {
  formatFailedUssd,
  formatLastSend,
  formatLastUssd,
  formatRefusedSend,
  formatSendForm,
  formatSummary,
} from '../../src/mqtt/private-payloads.ts'
import type { Topics } from '../../src/mqtt/topics.ts'
import { NOTHING_KNOWN, SMS, STATUS, USSD } from '../mqtt/samples.ts'
import { statusesOf } from './entities-bench.ts'

const SENDING: readonly SendingStatus[] = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'expired',
  'unknown',
  'cancelled',
]

const USSD_STATUSES: readonly UssdReport['status'][] = [
  'done',
  'reply_needed',
  'terminated',
  'other_client',
  'not_supported',
  'timeout',
  'network_initiated',
]

const TEXTS = ['Grüße 👋', null, '', '  \n', 'x'.repeat(5000), '{{ states("a") }}', 'None', '👋'.repeat(300)]

const FAILURE = { code: 'invalid_request', message: `to: ${'very '.repeat(100)}wrong.` } as const
const AT = '2026-11-22T09:30:07.000Z'
const CALL: IncomingCall = { from: null, at: AT, endedAt: null, rings: null }

const FORM = { recipient: '', message: '', flash: false, priority: 'normal', ussdCode: '', ussdAnswer: '' } as const
const FILLED = {
  recipient: 'peter',
  message: 'x'.repeat(255),
  flash: true,
  priority: 'high',
  ussdCode: '*100#',
  ussdAnswer: '1',
} as const

/** Everything that the bridge may publish on the topics that entities of this modem read, by topic. */
export function payloadsFor(
  card: ModemCard,
  settings: EntitySettings,
  topics: Topics,
): ReadonlyMap<string, readonly string[]> {
  const { id } = card
  const facts = { version: '0.1.0', nodeVersion: '20.20.0', startedAt: AT, config: {} }
  const messages = TEXTS.map((text) => ({ ...SMS, text }))
  const steps = SENDING.map((status) => ({ ...STATUS, status, error: status === 'failed' ? FAILURE : null }))
  const replies = [...USSD_STATUSES.map((status) => ({ ...USSD, status })), ...TEXTS.map((text) => ({ ...USSD, text }))]
  const found = { name: 'o2', code: '26203', status: 'current', accessTechnology: 'lte' } as const
  const problem = { ...NOTHING_KNOWN, waiting: 3, problem: 'It is away.' }
  const phases = PHASES.map((phase) => formatState({ ...NOTHING_KNOWN, phase }))
  return new Map([
    [topics.bridge('state'), ['online', 'offline']],
    [topics.bridge('info'), [formatBridgeInfo(facts, [card], null)]],
    [
      topics.homeAssistant('bridge', 'summary'),
      [formatSummary(new Map(), 'info'), formatSummary(new Map([[id, problem]]), 'silent')],
    ],
    [
      topics.modem(id, 'state'),
      [...statusesOf(card, settings).map(formatState), ...(settings.queries.length === 0 ? phases : [])],
    ],
    [topics.modem(id, 'info'), [formatInfo(card, settings.publishIdentity)]],
    [topics.modem(id, 'sms/last'), settings.retainMessages ? messages.map(formatReceived) : []],
    [
      topics.modem(id, 'homeassistant/sms_received'),
      [false, true].flatMap((again) => messages.map((each) => formatReceivedEvent(each, again))),
    ],
    [topics.modem(id, 'homeassistant/sms_delivery'), steps.map(formatStatusEvent)],
    [topics.modem(id, 'homeassistant/ussd_reply'), replies.map(formatUssdEvent)],
    [
      topics.modem(id, 'homeassistant/call'),
      [formatCallEvent(CALL), formatCallEvent({ ...CALL, endedAt: AT, rings: 3 })],
    ],
    [
      topics.homeAssistant(id, 'last_send'),
      [...steps.map((step) => formatLastSend(step, true)), formatRefusedSend(FAILURE, AT)],
    ],
    [
      topics.homeAssistant(id, 'last_ussd'),
      settings.retainMessages ? [...replies.map(formatLastUssd), formatFailedUssd(FAILURE, AT)] : [],
    ],
    [topics.homeAssistant(id, 'send_form'), [formatSendForm(FORM), formatSendForm(FILLED)]],
    [
      topics.response(id, 'operator/scan'),
      [
        formatResponse({ status: 'ok', data: { operators: [found, found] } }, null),
        formatResponse({ status: 'error', error: FAILURE }, null),
      ],
    ],
  ])
}
