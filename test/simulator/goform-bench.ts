import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import type { TestContext } from 'node:test'
import type { NetworkOptions } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import type { GoformRouterOptions } from '../../src/simulator/goform-hardware.ts'
import { MF823 } from '../../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../../src/simulator/goform-router.ts'
import { ManualSchedule } from './manual-schedule.ts'

export const ROUTER_NUMBER = '+385911234567'

/** What came back. */
export interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

type Fields = Readonly<Record<string, string>>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex').toUpperCase()
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** A browser at the web page of a router: it keeps a cookie and makes tokens, and speaks one request at a time. */
export class Browser {
  readonly port: number
  readonly profile: RouterProfile
  cookie: string | null = null
  /** Bare or as it came. */
  stripsQuotes: boolean
  readonly #agent = new Agent({ keepAlive: false })

  constructor(port: number, profile: RouterProfile) {
    this.port = port
    this.profile = profile
    this.stripsQuotes = profile.cookie?.accepts !== 'quoted'
  }

  exchange(method: string, target: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<Heard> {
    const { port } = this
    const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const all = { ...this.#headers(), ...headers, ...length }
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', method, path: target, headers: all, agent: this.#agent },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            this.#keepCookie(response.headers['set-cookie'])
            const text = Buffer.concat(chunks).toString('utf8')
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
          })
        },
      )
      sent.setTimeout(5000, () => sent.destroy(new Error('No answer within 5 s')))
      sent.on('error', reject)
      sent.end(body)
    })
  }

  /** Items, read together. */
  async items(names: string, more = ''): Promise<Fields> {
    const { text } = await this.exchange(
      'GET',
      `${this.profile.readPath}?isTest=false&multi_data=1${more}&cmd=${names}&_=1`,
    )
    return JSON.parse(text)
  }

  /** A table, or one item alone. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is being tested
  async read(name: string, fields: Fields = {}): Promise<any> {
    const query = new URLSearchParams({ isTest: 'false', cmd: name, ...fields })
    return JSON.parse((await this.exchange('GET', `${this.profile.readPath}?${query}`)).text)
  }

  /** Everything in one store. */
  async list(fields: Fields = {}): Promise<readonly Fields[]> {
    const query = { page: '0', data_per_page: '500', mem_store: '1', tags: '10', order_by: 'order by id desc' }
    return (await this.read('sms_data_total', { ...query, ...fields })).messages
  }

  /** A write without a token. */
  post(id: string, fields: Fields = {}): Promise<Heard> {
    const form = new URLSearchParams({ isTest: 'false', goformId: id, ...fields })
    return this.exchange('POST', this.profile.writePath, FORM, form.toString())
  }

  /** A write with the token of the moment. @returns its result */
  async write(id: string, fields: Fields = {}): Promise<string> {
    const { text } = await this.post(id, { ...fields, ...(await this.token()) })
    return JSON.parse(text).result
  }

  async token(): Promise<Fields> {
    const { token } = this.profile
    if (token === 'none') return {}
    const { wa_inner_version, cr_version, RD } = await this.items('wa_inner_version,cr_version,RD')
    const hash = token === 'md5' ? md5 : sha256
    return { AD: hash(hash(`${wa_inner_version}${cr_version}`) + RD) }
  }

  /** @returns the result of the login */
  async logIn(password = 'admin', user = 'admin'): Promise<string> {
    const { login, loginId, userField, loginNeedsToken } = this.profile
    const base64 = Buffer.from(password).toString('base64')
    const { LD } = await this.read('LD')
    const transformed = {
      base64,
      'sha256-base64': sha256(base64),
      'sha256-challenge': sha256(sha256(password) + LD),
      none: '',
    }
    const who = userField === null ? {} : { [userField]: user }
    const token = loginNeedsToken ? await this.token() : {}
    const { text } = await this.post(loginId, { ...who, password: transformed[login], ...token })
    return JSON.parse(text).result
  }

  send(to: string, text: string, fields: Fields = {}): Promise<string> {
    const body = Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()
    return this.write('SEND_SMS', {
      notCallback: 'true',
      Number: to,
      sms_time: '24;07;08;09;06;00;+2',
      MessageBody: body,
      ID: '-1',
      encode_type: 'GSM7_default',
      ...fields,
    })
  }

  async status(command = '4'): Promise<string> {
    return (await this.read('sms_cmd_status_info', { sms_cmd: command })).sms_cmd_status_result
  }

  #headers(): Record<string, string> {
    const cookie = this.stripsQuotes ? this.cookie?.replaceAll('"', '') : this.cookie
    const page = `http://127.0.0.1:${this.port}`
    return {
      Referer: `${page}/index.html`,
      Origin: page,
      'X-Requested-With': 'XMLHttpRequest',
      ...(cookie ? { Cookie: cookie } : {}),
    }
  }

  #keepCookie(lines: readonly string[] | undefined): void {
    const pair = lines?.[0]?.split(';', 1)[0]
    if (pair !== undefined) this.cookie = pair
  }
}

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' }

export interface RouterBench {
  readonly network: CellularNetwork
  readonly router: GoformRouter
  readonly browser: Browser
  readonly clock: ManualSchedule
  /** Moves clock and calendar. */
  readonly advance: (milliseconds: number) => void
}

export interface RouterBenchOptions extends Partial<Omit<GoformRouterOptions, 'profile' | 'network'>> {
  /** The profile the rest differs from; the open stick by default. */
  readonly like?: RouterProfile
  readonly profile?: Partial<RouterProfile>
  readonly network?: NetworkOptions
  /** Nobody logs in. */
  readonly staysOut?: boolean
}

/** A router of its own in a network of its own, with a browser that is logged in, in a time that stands still. */
export async function setUpRouter(t: TestContext, options: RouterBenchOptions = {}): Promise<RouterBench> {
  const { like = MF823, profile: changes, network: networkOptions, staysOut, ...rest } = options
  const clock = new ManualSchedule()
  let elapsed = 0
  const now = () => new Date(Date.parse('2024-07-08T07:06:00Z') + elapsed)
  const { schedule } = clock
  const network = new CellularNetwork({
    now,
    schedule,
    zoneMinutes: 120,
    name: 'SimNet',
    plmn: '21901',
    ...networkOptions,
  })
  const profile = { ...like, ...changes }
  const router = new GoformRouter({ network, number: ROUTER_NUMBER, schedule, ...rest, profile })
  t.after(() => {
    router.close()
    network.close()
  })
  const browser = new Browser(await router.listen(), profile)
  if (profile.login !== 'none' && !staysOut) await browser.logIn(options.password)
  const advance = (milliseconds: number): void => {
    elapsed += milliseconds
    clock.advance(milliseconds)
  }
  return { network, router, browser, clock, advance }
}
