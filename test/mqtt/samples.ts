import type { ModemCard, ModemStatus } from '../../src/bridge/outlet.ts'
import type { UssdReport } from '../../src/bridge/ussd-report.ts'
import type { InboundSms, OutboundStatus } from '../../src/modem/messages.ts'

export const CARD: ModemCard = {
  id: 'stick',
  name: 'O2 stick',
  transport: 'serial',
  identity: {
    manufacturer: 'ZTE',
    model: 'MF667',
    firmware: 'BD_1.0',
    hardware: null,
    imei: '860000000000001',
    imsi: '262070000000001',
    iccid: '8949000000000000001',
    msisdn: '+491700000000',
    locks: null,
    port: '/dev/ttyUSB2',
  },
  canSend: true,
  canReboot: true,
  canUssd: true,
  canScan: true,
  canSwitchData: true,
  canSwitchUsb: true,
  networkModes: null,
  tells: ['cell', 'data', 'networkMode', 'operator', 'registration', 'signal', 'sim', 'store'],
}

export const NEW_CARD: ModemCard = {
  ...CARD,
  identity: null,
  canSend: false,
  canReboot: false,
  canUssd: false,
  canScan: false,
  canSwitchData: false,
  canSwitchUsb: false,
  tells: [],
}

export const NOTHING_KNOWN: ModemStatus = {
  link: 'down',
  phase: 'absent',
  modem: {},
  ussd: {},
  waiting: 0,
  sentToday: 0,
  quotaPerDay: null,
  quotaLeft: null,
  problem: null,
  updatedAt: '2026-11-22T09:30:07Z',
}

export const USSD: UssdReport = {
  sessionId: 's1',
  request: '*100#',
  text: '1: Balance',
  status: 'reply_needed',
  dcs: 15,
  at: '2026-11-22T09:30:07.000Z',
}

export const SMS: InboundSms = {
  id: '01K9ABC',
  from: '+491701234567',
  text: 'Grüße 👋',
  sentAt: '2026-11-22T10:30:05+01:00',
  receivedAt: '2026-11-22T09:30:07.123Z',
  smsc: '+491760000443',
  encoding: 'gsm7',
  dataHex: null,
  ports: null,
  parts: 1,
  missingParts: 0,
  messageClass: null,
  replaces: null,
  raw: null,
  backlog: false,
}

export const STATUS: OutboundStatus = {
  id: 'door-17',
  to: '+491701234567',
  status: 'sent',
  parts: 2,
  partsSent: 2,
  references: [12, 13],
  error: null,
  at: '2026-11-22T09:30:07Z',
  transaction: 'a1',
}
