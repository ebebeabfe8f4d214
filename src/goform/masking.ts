import type { GoformRequest } from './request.ts'

/** Longer ones say nothing more to whoever looks for a fault. */
const LONGEST = 400

/** Fields of a request that say what is asked, and nothing of a person. */
const SHOWN_FIELDS: ReadonlySet<string> = new Set(['goformId', 'cmd', 'isTest'])

/** Items whose value is a word of the firmware's own. Everything else that is no small number is masked. */
const SHOWN_ITEMS: ReadonlySet<string> = new Set([
  ...[
    'result',
    'loginfo',
    'modem_main_state',
    'network_type',
    'sub_network_type',
    'ppp_status',
    'simcard_roam',
    'net_select',
  ],
  ...[
    'wan_lte_ca',
    'wan_active_band',
    'network_provider',
    'battery_charging',
    'cr_version',
    'wa_inner_version',
    'hardware_version',
  ],
])

const SMALL_NUMBER = /^-?\d{0,3}(?:\.\d{1,2})?$/

/** Method and target, and the form of a write, without passwords, numbers and texts: `POST … goformId=LOGIN&password=<44>`. */
export function maskRequest({ method, target, body }: Pick<GoformRequest, 'method' | 'target' | 'body'>): string {
  const [path = '', query] = target.split('?')
  const asked = query === undefined ? path : `${path}?${maskForm(query)}`
  return shortened(`${method} ${asked}${body === null ? '' : ` ${maskForm(body)}`}`)
}

/** Status and body without numbers and texts, the lengths of strings in their place: `200 {"imei":"<15>"}`. */
export function maskAnswer(status: number, body: Uint8Array): string {
  return shortened(`${status} ${maskBody(new TextDecoder('utf-8').decode(body))}`)
}

function maskForm(form: string): string {
  const fields = form.split('&').map((field) => {
    const [name = '', ...rest] = field.split('=')
    const value = rest.join('=')
    return `${name}=${SHOWN_FIELDS.has(name) || SMALL_NUMBER.test(value) ? value : masked(value)}`
  })
  return fields.join('&')
}

function maskBody(text: string): string {
  try {
    return JSON.stringify(maskValue(JSON.parse(text), ''))
  } catch {
    return masked(text)
  }
}

function maskValue(value: unknown, item: string): unknown {
  if (Array.isArray(value)) return value.map((element) => maskValue(element, item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskValue(inner, name)]))
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const text = String(value)
  return SMALL_NUMBER.test(text) || (SHOWN_ITEMS.has(item) && text.length < 40) ? value : masked(text)
}

function masked(text: string): string {
  return text === '' ? '' : `<${text.length}>`
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
