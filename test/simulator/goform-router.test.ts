import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import { MC801A, MC888, MF79U, MF266, MF286D, MF823, MF920V } from '../../src/simulator/goform-profiles.ts'
import type { NewMessage } from '../../src/simulator/goform-store.ts'
import type { RouterBench, RouterBenchOptions } from './goform-bench.ts'
import { setUpRouter } from './goform-bench.ts'

interface Exchange {
  readonly id: string
  readonly profile: string
  readonly purpose: string
  readonly request: {
    readonly method: string
    readonly target: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
  }
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly body: string }
}

const { exchanges, constants } = JSON.parse(
  readFileSync(new URL('../vectors/goform.json', import.meta.url), 'utf8'),
) as { exchanges: readonly Exchange[]; constants: Readonly<Record<string, string>> }

const PROFILES: Readonly<Record<string, RouterProfile>> = {
  'stick-open': MF823,
  'mifi-b64-ip': MF920V,
  'dongle-b64-md5': MF79U,
  'cpe-sha1step-md5': MF286D,
  'cpe-sha2ld-md5': MC801A,
  'cpe-sha2ld-sha': MC888,
  'cpe-multiuser-md5': MF266,
}

/** How a router comes into the state in which the exchange was had. */
interface Staging extends RouterBenchOptions {
  readonly id: string
  readonly before?: (bench: RouterBench) => unknown
  /** Values that follow from time or chance: only the names are compared. */
  readonly loose?: boolean
}

const OTHERS = [
  { name: 'Other HR', plmn: '21910', state: 1, rat: 2 },
  { name: 'Blocked', plmn: '21902', state: 3, rat: 0 },
] as const

const decode = (content: string): string => Buffer.from(content, 'hex').swap16().toString('utf16le')

/** Puts the rows of a list answer into the store. */
function stored(id: string): (bench: RouterBench) => void {
  return ({ router }) => {
    const rows: readonly Record<string, string>[] = JSON.parse(bodyOf(id)).messages
    for (const row of [...rows].reverse()) {
      const { content = '', number = '', date = '', tag, sms_mem } = row
      const message: NewMessage = {
        id: Number(row['id']),
        store: sms_mem === 'sim' ? 'sim' : 'nv',
        number,
        text: decode(content),
        tag: Number(tag) as NewMessage['tag'],
        date,
        group: row['draft_group_id'] ?? '',
        parts: row['received_all_concat_sms'] === '0' ? { key: 'x', total: 3, texts: new Map([[1, 'a']]) } : null,
      }
      assert.notEqual(router.store.add(message), null)
    }
  }
}

function find(id: string): Exchange {
  const exchange = exchanges.find((each) => each.id === id)
  assert.ok(exchange, id)
  return exchange
}

const bodyOf = (id: string): string => find(id).response.body

/** Runs these exchanges first. */
function after(...ids: readonly string[]): (bench: RouterBench) => Promise<void> {
  return async (bench) => {
    for (const id of ids) await replay(bench, find(id))
  }
}

async function replay(
  { browser, router }: RouterBench,
  { request }: Exchange,
): Promise<{ text: string; headers: unknown }> {
  if (router.login.ld !== '') router.login.ld = constants['LD'] ?? ''
  if (router.login.rd !== '')
    router.login.rd = constants[router.profile.token === 'md5' ? 'RD_md5_style' : 'RD_sha256_style'] ?? ''
  const cookie = browser.cookie === null ? {} : { Cookie: browser.cookie }
  const bare = request.headers['Referer'] === undefined ? { Referer: '' } : {}
  return browser.exchange(request.method, request.target, { ...request.headers, ...bare, ...cookie }, request.body)
}

const menu = {
  '*100#': { text: 'Stanje računa: 12,34 €\n1. Bonus\n2. Internet', menu: { '1': { text: 'Bonus: 500 MB' } } },
}
const ussd = { network: { ussd: menu } }
const without5g = { before: ({ router }: RouterBench) => router.setCoverage(['4g']) }

const STAGES: readonly Staging[] = [
  { id: 'x01-open-multi' },
  { id: 'x02-open-single' },
  { id: 'x03-unknown-cmd' },
  { id: 'x04-no-referer' },
  { id: 'x05-locked-reads', staysOut: true, before: ({ router }) => router.setSignal({ bars: 5 }) },
  { id: 'x10-ld', staysOut: true },
  { id: 'x11-ld-empty', staysOut: true },
  { id: 'x12-login-b64-ip', staysOut: true },
  { id: 'x13-login-b64-cookie', staysOut: true },
  { id: 'x14-login-sha-b64', staysOut: true },
  { id: 'x15-login-ld', staysOut: true },
  { id: 'x16-login-multiuser', staysOut: true },
  { id: 'x17-login-bad', staysOut: true },
  { id: 'x18-login-counters', staysOut: true, before: after('x17-login-bad') },
  {
    id: 'x19-login-locked',
    staysOut: true,
    before: ({ router, advance }) => {
      router.lockOut()
      advance(13_000)
    },
  },
  { id: 'x20-login-while-locked', staysOut: true, before: ({ router }) => router.lockOut() },
  { id: 'x21-login-already', before: after('x12-login-b64-ip') },
  { id: 'x22-loginfo-multi-no', staysOut: true },
  { id: 'x23-loginfo-single-lies', staysOut: true },
  { id: 'x24-versions-rd', profile: { tokenRotates: 'never' }, password: 'Sécr3t!' },
  { id: 'x25-rd' },
  { id: 'x26-bad-ad' },
  { id: 'x27-logout' },
  { id: 's01-capacity', loose: true },
  { id: 's02-list', profile: { numbers: 'plain' }, before: stored('s02-list') },
  { id: 's03-list-unread', profile: { numbers: 'plain' }, before: stored('s02-list') },
  { id: 's04-list-page1', before: stored('s02-list') },
  { id: 's05-list-empty' },
  { id: 's06-list-expired', before: ({ router }) => router.expireLogin() },
  { id: 's07-list-incomplete', before: stored('s07-list-incomplete') },
  { id: 's09-list-sim', profile: { rowFields: 'many' }, before: stored('s09-list-sim'), loose: true },
  { id: 's11-list-bom-tabs', before: stored('s11-list-bom-tabs') },
  { id: 's20-send-unicode' },
  { id: 's21-send-gsm-multi', profile: { tokenRotates: 'never' }, password: 'Sécr3t!' },
  { id: 's22-status-busy', latency: { submitMs: 1000 }, before: after('s20-send-unicode') },
  { id: 's23-status-ok', before: after('s20-send-unicode') },
  {
    id: 's24-status-fail',
    before: (bench) => {
      bench.network.rejectTo('+385911234567', 38)
      return after('s20-send-unicode')(bench)
    },
  },
  { id: 's25-ready' },
  { id: 's26-delete' },
  { id: 's27-delete-status', before: after('s26-delete') },
  { id: 's28-mark-read' },
  {
    id: 's29-flags',
    before: ({ network, router }) => {
      for (const text of ['one', 'two']) network.inject({ to: router.number, text })
    },
  },
  { id: 's30-params', network: { smsc: '+385910401' }, before: after('s31-set-params'), loose: true },
  { id: 's31-set-params' },
  { id: 's33-delete-all' },
  { id: 'u01-send' },
  { id: 'u02-busy', ...ussd, latency: { ussdMs: 1000 }, before: after('u01-send') },
  { id: 'u03-done', ...ussd, before: after('u01-send') },
  { id: 'u04-data', ...ussd, before: after('u01-send') },
  { id: 'u05-reply', ...ussd, before: after('u01-send') },
  { id: 'u06-data-final', ...ussd, before: after('u01-send', 'u05-reply') },
  { id: 'u07-cancel-get' },
  { id: 'u08-flag-13', before: after('u07-cancel-get') },
  {
    id: 'u09-flag-1',
    before: (bench) => {
      bench.router.setService('none')
      return after('u01-send')(bench)
    },
  },
  { id: 'u10-flag-2', before: after('u05-reply') },
  { id: 'u11-flag-4', network: { ussd: { '*100#': { status: 5 } } }, before: after('u01-send') },
  { id: 'u12-flag-10', ...ussd, latency: { ussdMs: 1000 }, before: after('u01-send', 'u01-send') },
  { id: 'u13-flag-41', network: { ussd: {} }, before: after('u01-send') },
  { id: 'u14-flag-99', profile: { ussd: 'no' }, before: after('u01-send') },
  { id: 'st1-lte', ...without5g, loose: true },
  { id: 'st2-endc', password: 'Sécr3t!', loose: true },
  {
    id: 'st3-umts',
    before: ({ router }) => {
      router.setCoverage(['3g'])
      router.setSignal({ bars: 3 })
    },
  },
  { id: 'st4-nosim', before: ({ router }) => router.simAbsent() },
  {
    id: 'st5-pin',
    before: ({ router }) => {
      router.needPin('1234')
      router.sim.enter('0000')
    },
  },
  { id: 'st6-battery' },
  {
    id: 'st8-new-dialect',
    password: 'Sécr3t!',
    profile: { prefixesNames: true },
    before: ({ router }) => {
      router.setSignal({ rsrpDbm: -97 })
      router.setTraffic({ receivedPerSecond: 4096 })
    },
    loose: true,
  },
  {
    id: 'st9-dup-keys',
    before: ({ router }) => {
      router.setSignal({ bars: 3 })
      router.spoilJson('name-twice')
    },
  },
  {
    id: 'st10-paren-garbage',
    before: ({ router }) => {
      router.setSignal({ bars: 3 })
      router.spoilJson('trailing-comma')
    },
  },
  { id: 'c01-connect' },
  { id: 'c02-disconnect' },
  { id: 'c03-mode' },
  { id: 'c04-mode-read', before: after('c03-mode') },
  { id: 'c05-scan', before: after('c02-disconnect') },
  { id: 'c06-scan-busy', latency: { scanMs: 1000 }, before: after('c02-disconnect', 'c05-scan') },
  { id: 'c07-scan-result', neighbours: OTHERS, before: after('c02-disconnect', 'c05-scan') },
  { id: 'c08-set-network', before: after('c02-disconnect') },
  { id: 'c09-connmode' },
  { id: 'c10-connmode-read', before: after('c09-connmode') },
  { id: 'c11-pin', before: ({ router }) => router.needPin('1234') },
  { id: 'c12-pin-bad', before: ({ router }) => router.needPin('1234') },
  { id: 'c13-reboot-success' },
  { id: 'c15-mode-switch' },
  { id: 'c16-usb-mode-switch' },
  { id: 'c17-limit' },
  { id: 'c18-band' },
  { id: 'w01-http10-close', profile: { framing: 'http-1.0' }, loose: true },
  { id: 'w02-login-page', before: ({ router }) => router.answerHtml() },
  { id: 'w04-needs-https', staysOut: true, profile: { wantsHttps: true } },
]

/** Not told by this router: answers of the other language, and tables that it leaves empty. */
const ELSEWHERE = /^(?:b0|w03|st7|s08|s10|s32|c14)/

describe('a router answers as the devices that the vectors were written after', () => {
  for (const { id, before, loose, ...options } of STAGES) {
    const exchange = find(id)
    test(`${id}: ${exchange.purpose}`, async (t) => {
      const bench = await setUpRouter(t, { like: PROFILES[exchange.profile] ?? MF823, ...options })
      await before?.(bench)
      const { text, headers } = await replay(bench, exchange)
      const expected = exchange.response.body ?? '{"LD":""}'
      if (loose) assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(JSON.parse(expected)))
      else assert.equal(text, expected)
      const cookie = exchange.response.headers?.['Set-Cookie']
      const shape = (line: string) => line.replace(/[0-9A-F]{24,}|[0-9a-f]{32}/g, (token) => `<${token.length}>`)
      const [set = ''] = (headers as Record<string, string[]>)['set-cookie'] ?? []
      if (cookie) assert.equal(shape(set), shape(cookie))
    })
  }

  test('no exchange is forgotten', () => {
    const staged = STAGES.map(({ id }) => id)
    assert.deepEqual(
      exchanges.map(({ id }) => id).filter((id) => !staged.includes(id) && !ELSEWHERE.test(id)),
      [],
    )
  })
})
