/** Names and values in the order in which they are sent. */
export type Fields = readonly (readonly [name: string, value: string])[]

/** Where a device takes readouts and writes. */
export interface ApiPaths {
  readonly read: string
  readonly write: string
}

/** ZTE's own paths. */
export const GOFORM_PATHS: ApiPaths = {
  read: '/goform/goform_get_cmd_process',
  write: '/goform/goform_set_cmd_process',
}

/** The same vocabulary on boards of other makers with the same chip. Evidence: OLAX. */
export const REQPROC_PATHS: ApiPaths = { read: '/reqproc/proc_get', write: '/reqproc/proc_post' }

/** How the device is addressed. */
export interface Site {
  /**
   * Scheme and host as the device itself knows them, like `http://192.168.0.1`. Behind a port forward this is not the
   * address that is connected to: a device refuses requests that name a foreign host.
   */
  readonly origin: string
  readonly paths: ApiPaths
  /** `Cookie` header of the session, `null` without one. */
  readonly cookie: string | null
}

/** One HTTP request. */
export interface GoformRequest {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  /** All headers that matter, `Host` too; the length is the sender's business. */
  readonly headers: Readonly<Record<string, string>>
  /** urlencoded form of a POST */
  readonly body: string | null
}

/** An MC7010 cuts request lines near 2048 octets. */
const MAX_REQUEST_LINE = 2000

const AROUND_TARGET = 'GET  HTTP/1.1\r\n'.length

/**
 * Requests that read these items, each with a request line of at most 2000 octets.
 * @param items names like `signalbar`; none gives no request
 * @param at ms since the epoch, against caches; one firmware (MF295N) demands it
 * @param switches side parameters like `sms_received_flag_flag=0`
 */
export function readItems(
  site: Site,
  items: readonly string[],
  at: number,
  switches: Fields = [],
): readonly GoformRequest[] {
  const targetOf = (part: readonly string[]): string =>
    readTarget(site, [['multi_data', '1'], ...switches, ['cmd', part.join(',')]], at)
  const parts: string[][] = []
  for (const item of items) {
    const last = parts.at(-1)
    if (last !== undefined && AROUND_TARGET + targetOf([...last, item]).length <= MAX_REQUEST_LINE) last.push(item)
    else parts.push([item])
  }
  return parts.map((part) => get(site, targetOf(part)))
}

/** The request for one table, like `sms_data_total`, which a list of several items would not bring. */
export function readTable(site: Site, table: string, parameters: Fields, at: number): GoformRequest {
  return get(site, readTarget(site, [['cmd', table], ...parameters], at))
}

/**
 * The request that writes this form.
 * @param form with its `goformId`
 * @param token what `writeToken` says for the present `RD`; `null` where the device wants none, and for a plain LOGIN
 */
export function write(site: Site, form: Fields, token: string | null): GoformRequest {
  const fields: Fields = [['isTest', 'false'], ...form, ...(token === null ? [] : [['AD', token] as const])]
  return {
    method: 'POST',
    target: site.paths.write,
    headers: { ...headersFor(site), 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    body: formatFields(fields),
  }
}

/** Fields → `application/x-www-form-urlencoded`, with a blank as `%20`. Half a surrogate pair becomes U+FFFD. */
export function formatFields(fields: Fields): string {
  return fields.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
}

function readTarget(site: Site, parameters: Fields, at: number): string {
  const query = formatFields([['isTest', 'false'], ...parameters, ['_', String(at)]])
  // The web page writes lists of items with plain commas, which also keeps the line short.
  return `${site.paths.read}?${query.replaceAll('%2C', ',')}`
}

function get(site: Site, target: string): GoformRequest {
  return { method: 'GET', target, headers: headersFor(site), body: null }
}

/**
 * Without `Referer` nearly every device answers "failure"; LOGIN fails on some without `Origin` (U30) or
 * `X-Requested-With` (MF971V). No model is known to mind one too many.
 */
function headersFor({ origin, cookie }: Site): Readonly<Record<string, string>> {
  return {
    Host: origin.replace(/^\w+:\/\//, ''),
    Origin: origin,
    Referer: `${origin}/index.html`,
    'X-Requested-With': 'XMLHttpRequest',
    ...(cookie === null ? {} : { Cookie: cookie }),
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
}
