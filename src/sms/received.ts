import type { ReceivedSegment, StatusReport } from '../modem/messages.ts'
import type { DeliverTpdu, StatusReportTpdu } from './tpdu.ts'
import { readConcatenation } from './user-data-header.ts'

/** SMS-DELIVER → what can be said of it before its segments are joined. */
export function toReceivedSegment(tpdu: DeliverTpdu, smsc: string | null): ReceivedSegment {
  return {
    kind: 'received',
    from: tpdu.originator.number,
    sentAt: tpdu.timestamp,
    smsc,
    concatenation: readConcatenation(tpdu.userData.header),
    messageClass: tpdu.userData.dataCoding.messageClass,
    replaceType: replaceTypeOf(tpdu.tpPid),
  }
}

/** SMS-STATUS-REPORT → the report of a submitted segment. */
export function toStatusReport(tpdu: StatusReportTpdu): StatusReport {
  return {
    kind: 'report',
    reference: tpdu.messageReference,
    to: tpdu.recipient.number,
    sentAt: tpdu.timestamp,
    dischargedAt: tpdu.dischargedAt,
    status: tpdu.status,
    outcome: outcomeOf(tpdu.status),
  }
}

/** TP-PID 41 … 47 hex: Replace Short Message Type 1 … 7 (3GPP TS 23.040 section 9.2.3.9); else `null`. */
export function replaceTypeOf(tpPid: number): number | null {
  return tpPid > 0x40 && tpPid < 0x48 ? tpPid - 0x40 : null
}

/**
 * TP-ST octet → what it means to the sender (3GPP TS 23.040 section 9.2.3.15). The reserved codes among the completed ones
 * (03 … 0F) and above 7F are read as "service rejected", as the standard asks: better a false alarm than a false comfort.
 */
export function outcomeOf(status: number): StatusReport['outcome'] {
  if (status <= 0x02 || (status >= 0x10 && status <= 0x1f)) return 'delivered'
  return status >= 0x20 && status <= 0x3f ? 'pending' : 'failed'
}
