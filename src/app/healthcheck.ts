import type { CliIo } from './command-line.ts'
import { configFrom } from './sources.ts'

/** Longer than a busy event loop should ever take, shorter than the limit of Docker's HEALTHCHECK. */
const LIMIT_MS = 5_000

/** `zte2mqtt healthcheck`: asks the bridge that runs with this configuration. @returns 0 healthy, 1 not */
export async function runHealthcheck(io: CliIo): Promise<number> {
  const { host, port, token } = configFrom(io).health
  if (port === null) return fail('There is no health.port in the configuration to ask.')
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  try {
    const response = await fetch(`http://${address}:${port}/healthz`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    const text = (await response.text()).trim()
    if (!response.ok) return fail(`The bridge is not healthy: ${response.status} ${text}`)
    process.stdout.write(`${text}\n`)
    return 0
  } catch {
    return fail(`The bridge does not answer on ${address} port ${port}.`)
  }
}

function fail(why: string): number {
  process.stderr.write(`${why}\n`)
  return 1
}
