import type { InboundSms } from '../../src/modem/messages.ts'

/** A plain message of one part, but for what is given. */
export function inboundSms(id: string, given: Partial<InboundSms> = {}): InboundSms {
  return {
    id,
    from: '+491701234567',
    text: 'Alarm',
    sentAt: null,
    receivedAt: '2026-11-22T10:00:00.000Z',
    smsc: null,
    encoding: 'gsm7',
    parts: 1,
    missingParts: 0,
    messageClass: null,
    dataHex: null,
    ports: null,
    replaces: null,
    raw: null,
    backlog: false,
    ...given,
  }
}
