import { timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { ModemStatus } from '../bridge/outlet.ts'
import { ModemError } from '../modem/errors.ts'
import type { ModemId } from '../modem/modem.ts'

/** How the bridge is at this moment. */
export interface Vitals {
  /** For how long the broker has been away, in milliseconds; 0: it is there. */
  readonly brokerAwayMs: number
  readonly statuses: ReadonlyMap<ModemId, ModemStatus | undefined>
}

/** A page in the exposition format of Prometheus. */
export interface MetricsPage {
  readonly contentType: string
  readonly body: string
}

interface HealthServerOptions {
  readonly host: string
  readonly port: number
  /** What a request must bring along; `null`: nothing. */
  readonly token: string | null
  readonly vitals: () => Vitals
  /** `null`: there are no metrics. */
  readonly metrics: (() => Promise<MetricsPage>) | null
  readonly onProblem: (problem: string, cause: unknown) => void
}

interface Page {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** A broker that restarts is back by then; one that is away for longer may be ours to be cured. */
const BROKER_PATIENCE_MS = 120_000

/** Whether the process is of use: it answers, and has its broker or has not missed it for long. */
export function healthz({ brokerAwayMs }: Vitals): Page {
  const isAlive = brokerAwayMs < BROKER_PATIENCE_MS
  return json(isAlive, { broker_away_seconds: Math.round(brokerAwayMs / 1000) })
}

/** Whether commands can be carried out now: the broker is there, and at least one modem. */
export function readyz({ brokerAwayMs, statuses }: Vitals): Page {
  const phases = [...statuses].map(([id, status]) => [id, status?.phase ?? 'starting'])
  const isAnyUp = [...statuses.values()].some((status) => status?.link === 'up')
  return json(brokerAwayMs === 0 && isAnyUp, { broker: brokerAwayMs === 0, modems: Object.fromEntries(phases) })
}

/** Serves `/healthz`, `/readyz` and `/metrics`. @returns how to end it @throws ModemError when the port cannot be had */
export async function startHealthServer(options: HealthServerOptions): Promise<() => Promise<void>> {
  const { host, port, onProblem } = options
  const server = createServer((request, response) => {
    void answer(request, options).then(
      (page) => send(response, page),
      (error) => {
        onProblem('A request to the health port failed.', error)
        send(response, plain(500, 'failed'))
      },
    )
  })
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what = `health.port: cannot listen on ${host} port ${port} (${code}). Choose another port, or end the program that has it.`
    throw new ModemError('internal', what, { cause })
  }
  return async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
}

async function answer({ method, url, headers }: IncomingMessage, options: HealthServerOptions): Promise<Page> {
  if (!isAllowed(headers.authorization, options.token)) return plain(401, 'a token is needed')
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET')
  const path = url?.split('?', 1)[0]
  if (path === '/healthz') return healthz(options.vitals())
  if (path === '/readyz') return readyz(options.vitals())
  if (path === '/metrics' && options.metrics !== null) return { status: 200, ...(await options.metrics()) }
  return plain(404, 'not found')
}

function isAllowed(given: string | undefined, token: string | null): boolean {
  if (token === null) return true
  const [wanted, offered] = [Buffer.from(`Bearer ${token}`), Buffer.from(given ?? '')]
  return wanted.length === offered.length && timingSafeEqual(wanted, offered)
}

function send(response: ServerResponse, { status, contentType, body }: Page): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', connection: 'close' })
  response.end(body)
}

function plain(status: number, text: string): Page {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function json(isWell: boolean, facts: Readonly<Record<string, unknown>>): Page {
  const body = JSON.stringify({ status: isWell ? 'ok' : 'error', ...facts })
  return { status: isWell ? 200 : 503, contentType: 'application/json', body: `${body}\n` }
}
