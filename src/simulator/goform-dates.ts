import type { DateDialect } from './goform-firmware.ts'

/** RFC 3339 with offset, as the network's timestamps are read. */
const RFC_3339 = /^(\d{2})(\d{2})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})([+-])(\d{2}):(\d{2})$/

/** Time of a device that was never told the time. */
const BEGINNING = '1970-01-01T00:00:00+00:00'

/** Date of a received message in the dialect of the firmware: local time, zone in quarters of an hour. */
export function receivedDate(sentAt: string, dialect: DateDialect, isAtBeginning: boolean): string {
  const read = RFC_3339.exec(isAtBeginning ? BEGINNING : sentAt)
  if (!read) return ''
  const [, , year, month, day, hour, minute, second, sign, hours, minutes] = read
  const padded = [year, month, day, hour, minute, second]
  const plain = padded.map((field) => String(Number(field)))
  const quarters = (Number(hours) * 60 + Number(minutes)) / 15
  const zone = dialect === 'split-sign' ? [sign, quarters] : [`${sign}${quarters}`]
  return [...(dialect === 'unpadded' ? plain : padded), ...(dialect === 'no-zone' ? [] : zone)].join(
    dialect === 'semicolons' ? ';' : ',',
  )
}

/** Date of a message of the user's own: the client's `sms_time`, as it stands or with commas. */
export function echoedDate(smsTime: string, dialect: DateDialect): string {
  return dialect === 'semicolons' ? smsTime : smsTime.replaceAll(';', ',')
}
