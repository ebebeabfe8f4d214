import { switchMode, write } from './goform-commands.ts'
import type { Refusal } from './goform-firmware.ts'
import type { RouterInsides } from './goform-insides.ts'
import type { GoformOutcome, GoformReply, GoformRequest } from './goform-request.ts'
import { FAILURE_REPLY, jsonReply, LOGIN_PAGE_REPLY, NOT_FOUND_REPLY, resultReply } from './goform-request.ts'
import { readState } from './goform-state.ts'
import { isTable, readTable } from './goform-tables.ts'

const MODE_SWITCH_PATH = '/goform/goform_process'
/** Writes that need neither session nor token. */
const LOGINS = ['LOGIN', 'LOGIN_MULTI_USER']
const OPEN_WRITES = ['SET_WEB_LANGUAGE']

/** What the router does about a request; `silence` keeps the connection open and says nothing. */
export function answerRequest(request: GoformRequest, router: RouterInsides): GoformOutcome | 'silence' {
  const { profile } = router
  if (profile.wantsHttps && !request.isSecure) return told(jsonReply({ Error: 'none secure connection' }))
  if (profile.checksHost && hostOf(request.headers.host) !== profile.deviceHost) return told(redirect(router))
  if (request.path === '/' || request.path === '/index.html') return told(startPage(router))
  const paths = [profile.readPath, profile.writePath, MODE_SWITCH_PATH]
  if (!paths.includes(request.path)) return told(NOT_FOUND_REPLY)
  if (profile.needsReferer && !comesFromOwnPage(request, profile.deviceHost)) return told(FAILURE_REPLY)
  if (request.path === MODE_SWITCH_PATH) return { delayMs: 0, ...switchMode(request.fields, router) }
  if (request.path === profile.writePath) return answerWrite(request, router)
  return answerRead(request, router)
}

const told = (reply: GoformReply): GoformOutcome => ({ reply, delayMs: 0 })

const hostOf = (host = ''): string => host.replace(/:\d+$/, '')

/** A `Referer` of the address that was called, or of the one that the device believes to have. */
function comesFromOwnPage({ headers }: GoformRequest, deviceHost: string): boolean {
  const host = /^https?:\/\/([^/]+)(?:\/|$)/.exec(headers.referer ?? '')?.[1]
  return host !== undefined && (host === headers.host || hostOf(host) === deviceHost)
}

function redirect({ profile }: RouterInsides): GoformReply {
  return { status: 302, headers: { Location: `http://${profile.deviceHost}/index.html` }, body: '' }
}

function startPage(router: RouterInsides): GoformReply {
  return router.profile.cookie?.comesEarly ? withCookie(LOGIN_PAGE_REPLY, router.login.earlyCookie()) : LOGIN_PAGE_REPLY
}

function withCookie(reply: GoformReply, cookie: string): GoformReply {
  return { ...reply, headers: { ...reply.headers, 'Set-Cookie': cookie } }
}

/** How it looks to have no session; where a reading is empty, the names come back. */
function refusal(kind: Refusal, router: RouterInsides): GoformReply {
  if (kind === 'html') return LOGIN_PAGE_REPLY
  if (kind === 'redirect') return redirect(router)
  if (kind === 'status-401') return { status: 401, headers: {}, body: 'Unauthorized' }
  return kind === 'empty-body' ? { status: 200, headers: {}, body: '' } : FAILURE_REPLY
}

function answerRead(request: GoformRequest, router: RouterInsides): GoformOutcome | 'silence' {
  const { profile, login } = router
  const { fields } = request
  const asking = { request, hasSession: login.admits(request) }
  if (asking.hasSession) login.sawRead()
  const isMulti = fields.get('multi_data') === '1'
  const name = fields.get('cmd') ?? ''
  // Without multi_data a list is one long name.
  const names = isMulti ? request.names : [name]
  const isRefused = !asking.hasSession && !names.every((each) => profile.openItems.includes(each))
  if (isRefused && profile.readsRefusedBy !== 'empty-strings') return told(refusal(profile.readsRefusedBy, router))
  if (!isMulti && isTable(name)) {
    if (!asking.hasSession) return told(jsonReply({ [name]: '' }))
    return told(jsonReply(readTable(name, asking, router) ?? { [name]: '' }))
  }
  const answer = readState(names, isMulti, asking, router)
  if (answer === 'silence') return answer
  if (answer === 'failure') return told(FAILURE_REPLY)
  const reply = jsonReply(answer)
  const isChallenge = names.includes('LD') && profile.cookie?.comesEarly && request.headers.cookie === undefined
  return told(isChallenge ? withCookie(reply, login.earlyCookie()) : reply)
}

function answerWrite(request: GoformRequest, router: RouterInsides): GoformOutcome {
  const { profile, login } = router
  const { fields, headers, method } = request
  const id = fields.get('goformId') ?? ''
  const rejected = told(refusal(profile.writesRefusedBy, router))
  if (method !== 'POST' && !profile.takesGetWrites) return told(FAILURE_REPLY)
  if (profile.needsCharset && !/charset=utf-8/i.test(headers['content-type'] ?? '')) return rejected
  if (LOGINS.includes(id)) return told(answerLogin(request, router))
  if (OPEN_WRITES.includes(id)) return { delayMs: 0, ...write(id, fields, router) }
  // A session that belongs to an address is ended by anybody: the handler checks nothing.
  const isOpenLogout = id === 'LOGOUT' && profile.cookie === null
  if (!isOpenLogout && !login.admits(request)) return rejected
  if (!login.takesToken(fields.get('AD')) || !login.mayWrite) return rejected
  return { delayMs: 0, ...write(id, fields, router) }
}

function answerLogin(request: GoformRequest, { profile, login }: RouterInsides): GoformReply {
  const { headers, fields } = request
  if (profile.login === 'none' || fields.get('goformId') !== profile.loginId) return FAILURE_REPLY
  if (profile.needsXhr && headers['x-requested-with'] !== 'XMLHttpRequest') return FAILURE_REPLY
  if (profile.needsOrigin && !headers.origin) return resultReply('3')
  if (profile.loginNeedsToken && !login.takesToken(fields.get('AD'))) return FAILURE_REPLY
  const { result, cookie } = login.logIn(request)
  return cookie === null ? resultReply(result) : withCookie(resultReply(result), cookie)
}
