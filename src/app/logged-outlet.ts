import type { Outlet } from '../bridge/outlet.ts'
import type { Logger } from './logger.ts'

/** What goes out is also told in the log: texts never, numbers only as far as the log may have them. */
export function logged(outlet: Outlet, log: Logger): Outlet {
  return {
    announce: (card) => outlet.announce(card),
    availability: (modem, online) => outlet.availability(modem, online),
    state: (modem, status) => outlet.state(modem, status),
    smsReceived: async (modem, sms) => {
      await outlet.smsReceived(modem, sms)
      log.info({ id: sms.id, parts: sms.parts, from: sms.from }, 'SMS received and published')
    },
    smsStatus: async (modem, status) => {
      await outlet.smsStatus(modem, status)
      log.info(
        { id: status.id, to: status.to },
        `SMS ${status.status} (${status.partsSent} of ${status.parts} parts handed over)`,
      )
    },
    ussdReply: (modem, report) => {
      log.info({ session: report.sessionId }, `USSD ${report.status.replaceAll('_', ' ')}`)
      return outlet.ussdReply(modem, report)
    },
    event: (modem, event) => {
      log.info({ change: event.detail }, event.type.replaceAll('_', ' '))
      return outlet.event(modem, event)
    },
    call: (modem, call) => {
      log.info(
        { from: call.from },
        call.endedAt === null ? 'somebody calls' : `the call ended after ${call.rings} rings`,
      )
      return outlet.call(modem, call)
    },
    publish: (topic, payload) => outlet.publish(topic, payload),
    get isReachable() {
      return outlet.isReachable
    },
  }
}
