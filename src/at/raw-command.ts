/** Longer lines are cut by some modems. */
const LONGEST = 400

/** `AT+NAME`, `AT+NAME?`, `AT+NAME=?`, `AT+NAME=…` (ITU-T V.250 section 5.4) and the basic commands that only tell something. */
const EXTENDED = /^AT([+$^*%][A-Z0-9_]+)(=\?|\?|=.*)?$/i
const HARMLESS_BASIC = /^AT(?:|I\d?|H0?|&V\d?|S\d{1,3}\?)$/i

/** Why the bridge does not pass these on, in the words for the user. */
const SENDS = 'it sends a message past the journal and its limits; use sms/send'
const PROMPTS = 'it waits for more data, which this command cannot give'
const NEEDED = 'the bridge relies on that setting; reading it is allowed'
const SPEAKS_DATA = 'it ends the conversation in AT commands'

const REFUSED: Readonly<Record<string, string>> = {
  '+CMGS': SENDS,
  '+CMSS': SENDS,
  '+CMGC': SENDS,
  '+CMGW': PROMPTS,
  '+CNMA': PROMPTS,
  '+CMGD': 'it could delete messages that the bridge does not have yet',
  '+CPIN': 'a wrong PIN can lock the SIM; use sim/unlock',
  '+CMGF': NEEDED,
  '+CPMS': NEEDED,
  '+CNMI': NEEDED,
  '+CSMS': NEEDED,
  '+CSCS': NEEDED,
  '+CMEE': NEEDED,
  '+CGDATA': SPEAKS_DATA,
  '+CMUX': SPEAKS_DATA,
  '+IPR': SPEAKS_DATA,
  '+ICF': SPEAKS_DATA,
  '+IFC': SPEAKS_DATA,
}

/**
 * What keeps a command line of a user from being passed on to a modem, for the user; `undefined`: nothing. One command, so that it
 * has one answer; none after which the bridge would misunderstand the modem, or that takes messages past the journal.
 */
export function rawCommandFault(command: string): string | undefined {
  if (!/^[\x20-\x7e]*$/.test(command)) return 'one line of printable ASCII characters is expected'
  if (command.length > LONGEST) return `at most ${LONGEST} characters are expected`
  if (!/^AT/i.test(command)) return 'it must begin with AT'
  if (HARMLESS_BASIC.test(command)) return undefined
  if (/^AT[+$^*%]/i.test(command) && hasSeparator(command)) return 'one command at a time is expected, without ;'
  const [, name, form = ''] = EXTENDED.exec(command) ?? []
  if (name === undefined) {
    return 'of the basic commands only AT, ATI, ATH, AT&V and ATS…? are passed on; others change how the modem speaks'
  }
  if (form === '?' || form === '=?') return undefined
  return REFUSED[name.toUpperCase()]
}

/** A `;` begins another command, except within quotes. */
function hasSeparator(command: string): boolean {
  return command.replace(/"[^"]*"/g, '').includes(';')
}
