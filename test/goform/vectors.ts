import { readFileSync } from 'node:fs'
import type { HttpAnswer, Reply, Values } from '../../src/goform/reply.ts'
import { parseReply } from '../../src/goform/reply.ts'
import type { Fields, Site } from '../../src/goform/request.ts'
import { GOFORM_PATHS } from '../../src/goform/request.ts'

type Json = Readonly<Record<string, unknown>>

/** One request, its answer, and what has to be concluded. */
export interface Exchange {
  readonly id: string
  readonly profile: string
  readonly request: {
    readonly method: string
    readonly target: string
    readonly params?: Fields
    readonly form?: Fields
    readonly body?: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly response: {
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    readonly raw?: string
    readonly connection?: string
  }
  readonly truth: Json | readonly Json[]
}

export interface HashVector {
  readonly id: string
  readonly op: string
  readonly password?: string
  readonly LD?: string
  readonly zte_web_sault?: string
  readonly wa_inner_version?: string
  readonly cr_version?: string
  readonly RD?: string
  readonly inner?: string
  readonly result: string
  readonly wrong_if_order_swapped?: string
}

export interface TextVector {
  readonly id: string
  readonly text: string
  readonly hex: string
  readonly encode_type: 'GSM7_default' | 'UNICODE'
  readonly segments: number
}

export interface DateVector {
  readonly id: string
  readonly raw: string
  readonly context: 'received' | 'sent' | 'any'
  readonly local: string | null
  readonly offset_minutes: number | null
  readonly iso8601?: string
}

export interface CryptoVectors {
  readonly session_key_hex: string
  readonly fields: readonly {
    readonly what: string
    readonly plaintext: string
    readonly iv_hex: string
    readonly wire: string
    readonly text: string
  }[]
}

export interface VectorFile {
  readonly profiles: Readonly<Record<string, Json>>
  readonly hash_vectors: readonly HashVector[]
  readonly text_vectors: readonly TextVector[]
  readonly date_vectors: readonly DateVector[]
  readonly crypto_vectors: CryptoVectors
  readonly exchanges: readonly Exchange[]
  readonly sequences: Readonly<Record<string, readonly string[]>>
}

export const FILE: VectorFile = JSON.parse(readFileSync(new URL('../vectors/goform.json', import.meta.url), 'utf8'))

/** An answer as HTTP brings it. */
export function answer(body: string, status = 200, location: string | null = null): HttpAnswer {
  return { status, location, body: Buffer.from(body, 'utf8') }
}

/** What the product makes of the answer of an exchange. */
export function replyOf({ response }: Exchange): Reply {
  const body = response.body ?? response.raw?.split('\r\n\r\n')[1] ?? ''
  return parseReply(answer(body, response.status ?? 200))
}

/** The values of a body that has some. */
export function valuesOf(body: string): Values {
  const reply = parseReply(answer(body))
  if (reply.kind !== 'values') throw new Error(`no values: ${reply.kind}`)
  return reply.values
}

/** How the device of an exchange is addressed. */
export function siteOf({ request }: Exchange): Site {
  return { origin: `http://${request.headers.Host}`, paths: GOFORM_PATHS, cookie: request.headers.Cookie ?? null }
}
