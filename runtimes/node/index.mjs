// The Node.js runtime inside a sandbox: boots generic, waits at its gate, then serves one function.
//
//   fd 0  the gate: "go" once the function's code is in place
//   fd 3  HTTP/1.1 answers of the Runtime API; the first, unasked, carries the environment
//   fd 4  HTTP/1.1 requests to the Runtime API
//
// Reads and writes block: while there is no event nothing runs, as in a frozen environment.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import stream from 'node:stream';
import https from 'node:https';
import net from 'node:net';
import { createRequire, Module } from 'node:module';
import { pathToFileURL } from 'node:url';
// What most functions load first: paid for before the function is known.
import 'node:crypto';
import 'node:events';
import 'node:http';
import 'node:zlib';

const require = createRequire(import.meta.url);
const API = '/2018-06-01/runtime/';
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

// ---- the Runtime API over two pipes

const IN = 3;
const OUT = 4;
let input = Buffer.allocUnsafe(64 * 1024);
let start = 0;
let end = 0;

function fill() {
  if (start > 0 && end === input.length) {
    input.copy(input, 0, start, end);
    end -= start;
    start = 0;
  }
  if (end === input.length) {
    const larger = Buffer.allocUnsafe(input.length * 2);
    input.copy(larger, 0, 0, end);
    input = larger;
  }
  const count = fs.readSync(IN, input, end, input.length - end, null);
  if (count === 0) {
    process.reallyExit(0);
  }
  end += count;
}

function answer() {
  let from = start;
  let head;
  while ((head = input.subarray(0, end).indexOf('\r\n\r\n', from)) < 0) {
    const seen = end - start;
    fill();
    from = Math.max(start, start + seen - 3);
  }
  const lines = input.latin1Slice(start, head).split('\r\n');
  const headers = {};
  for (let i = 1; i < lines.length; i++) {
    const colon = lines[i].indexOf(':');
    headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
  }
  const length = Number(headers['content-length'] ?? 0);
  start = head + 4;
  while (end - start < length) {
    fill();
  }
  const body = input.utf8Slice(start, start + length);
  start += length;
  if (start === end) {
    start = 0;
    end = 0;
  }
  return { status: Number(lines[0].slice(9, 12)), headers, body };
}

function send(...parts) {
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    for (let at = 0; at < bytes.length;) {
      at += fs.writeSync(OUT, bytes, at, bytes.length - at);
    }
  }
}

const utf8 = (text) => Buffer.from(text, 'utf8').toString('latin1');

function post(what, body, headers = '') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return `POST ${API}${what} HTTP/1.1\r\nHost: aloft\r\nContent-Type: application/json\r\n${headers}`
    + `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const NEXT = `GET ${API}invocation/next HTTP/1.1\r\nHost: aloft\r\n\r\n`;

// ---- log lines

let requestId;
let tenantId;
let format = 'Text';
let threshold = 0;

// A frame: its kind, its length, microseconds since 1970, the text. Several lines so stay one event.
function frame(level, text, json) {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(16 + length);
  bytes.writeUInt32BE((0xa55a0000 | ((LEVELS.indexOf(level) + 1) << 2) | 2 | (json ? 0 : 1)) >>> 0, 0);
  bytes.writeUInt32BE(length, 4);
  bytes.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 8);
  bytes.write(text, 16);
  for (let at = 0; at < bytes.length;) {
    at += fs.writeSync(2, bytes, at, bytes.length - at);
  }
}

const MARK = Buffer.alloc(16);
MARK.writeUInt32BE(0xa55a8000, 0);

function line(level, text) {
  frame(level, `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`, false);
}

function json(level, args) {
  const record = { timestamp: new Date().toISOString(), level, requestId };
  if (tenantId !== undefined) {
    record.tenantId = tenantId;
  }
  let text;
  if (args.length === 1) {
    record.message = args[0];
    try {
      text = JSON.stringify(record, (_, value) => (value instanceof Error ? described(value) : value));
    } catch {
      record.message = util.format(args[0]);
      text = JSON.stringify(record);
    }
  } else {
    record.message = util.format(...args);
    const error = args.find((each) => each instanceof Error);
    if (error) {
      record.errorType = classOf(error);
      record.errorMessage = error.message;
      record.stackTrace = typeof error.stack === 'string' ? error.stack.split('\n') : [];
    }
    text = JSON.stringify(record);
  }
  frame(level, text, true);
}

const classOf = (error) => (error instanceof RuntimeError ? error.name.slice('Runtime.'.length) : error.constructor?.name ?? 'UnknownError');

function described(error) {
  return {
    errorType: classOf(error),
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack,
    ...error,
  };
}

function log(level, args) {
  if (level !== 'FATAL' && LEVELS.indexOf(level) < threshold) {
    return;
  }
  if (format === 'JSON') {
    json(level, args);
  } else {
    line(level, util.format(...args));
  }
}

function consoleToLog() {
  console.trace = (...args) => log('TRACE', args);
  console.debug = (...args) => log('DEBUG', args);
  console.log = (...args) => log('INFO', args);
  console.info = (...args) => log('INFO', args);
  console.warn = (...args) => log('WARN', args);
  console.error = (...args) => log('ERROR', args);
  console.fatal = (...args) => log('FATAL', args);
}

function isError(value) {
  return util.types.isNativeError(value)
    || (value && [value.name, value.message, value.stack].every((each) => each && typeof each === 'string'));
}

function failure(error) {
  try {
    return told(error);
  } catch {
    return {
      errorType: 'handled',
      errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message,'
        + ' name, and stack',
    };
  }
}

function told(error) {
  if (isError(error)) {
    return {
      errorType: String(error.name).replaceAll('\x7f', '%7F'),
      errorMessage: String(error.message).replaceAll('\x7f', '%7F'),
      trace: String(error.stack).replaceAll('\x7f', '%7F').split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
}

function logFailure(what, given) {
  const error = given instanceof Error ? given : new Error(given);
  if (format === 'JSON') {
    json('ERROR', [error]);
    return;
  }
  const whole = (_, value) => (value instanceof Error
    ? { errorType: value.name, errorMessage: value.message, code: value.code, ...value,
        ...(typeof value.stack === 'string' ? { stack: value.stack.split('\n') } : {}) }
    : value);
  let text;
  try {
    text = JSON.stringify(error, whole);
  } catch {
    text = JSON.stringify(failure(error));
  }
  line('ERROR', `${what} \t${text}`);
}

class RuntimeError extends Error {
  constructor(kind, message) {
    super(message);
    Object.defineProperty(this, 'name', { value: `Runtime.${kind}` });
    this.stack = this.stack.replace(/^[^\n]*/, `${this.name}: ${message}`);
  }
}

// ---- finding the handler

function resolved(name) {
  try {
    return fs.statSync(name).isFile() ? name : undefined;
  } catch {
    return undefined;
  }
}

function isModulePackage(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    if (path.basename(at) === 'node_modules') {
      return false;
    }
    const file = path.join(at, 'package.json');
    if (resolved(file)) {
      try {
        return JSON.parse(fs.readFileSync(file, 'utf8')).type === 'module';
      } catch {
        return false;
      }
    }
    if (at === path.dirname(at)) {
      return false;
    }
  }
}

/** The file and line that Node.js puts before a syntax error's own stack, where it does. */
function placeOf(error) {
  return /^([^\n]+:\d+)\n/.exec(error.stack ?? '')?.[1];
}

/** Beyond AWS, whose trace of a syntax error does not say where it is. */
function at(place, error) {
  if (place) {
    error.stack = error.stack.replace('\n    at ', `\n    at ${place}\n    at `);
  }
  return error;
}

async function moduleOf(root, folder, name) {
  const file = path.resolve(root, folder, name);
  if (fs.existsSync(file)) {
    return require(file);
  }
  if (fs.existsSync(`${file}.js`)) {
    return isModulePackage(path.dirname(file)) ? import(pathToFileURL(`${file}.js`)) : require(`${file}.js`);
  }
  if (fs.existsSync(`${file}.mjs`)) {
    return import(pathToFileURL(`${file}.mjs`));
  }
  if (fs.existsSync(`${file}.cjs`)) {
    return require(`${file}.cjs`);
  }
  return require(require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

async function handlerOf(root, handler) {
  if (handler.includes('..')) {
    throw new RuntimeError('MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const base = path.basename(handler);
  const folder = handler.slice(0, handler.length - base.length);
  const parts = /^([^.]*)\.(.*)$/.exec(base);
  if (!parts) {
    throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  }
  let loaded;
  try {
    loaded = await moduleOf(root, folder, parts[1]);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw at(placeOf(error), new RuntimeError('UserCodeSyntaxError', String(error)));
    }
    if (error?.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error));
    }
    throw error;
  }
  let found = loaded;
  for (const part of parts[2].split('.')) {
    found = found?.[part];
  }
  if (!found) {
    throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${handler} is not a function`);
  }
  return found;
}

// ---- response streaming

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

class ResponseStream extends stream.Writable {
  #id;
  #type = 'application/octet-stream';
  #begun = false;
  get begun() {
    return this.#begun;
  }

  prelude = Buffer.alloc(0);

  constructor(id, highWaterMark) {
    super({ highWaterMark });
    this.#id = id;
  }

  setContentType(type) {
    if (this.#begun) {
      throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    }
    this.#type = type;
  }

  #begin() {
    if (!this.#begun) {
      this.#begun = true;
      send(`POST ${API}invocation/${this.#id}/response HTTP/1.1\r\nHost: aloft\r\nContent-Type: ${this.#type}\r\n`
        + 'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n'
        + 'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n');
      this.#chunk(this.prelude);
    }
  }

  #chunk(bytes) {
    if (bytes.length > 0) {
      send(`${bytes.length.toString(16)}\r\n`, bytes, '\r\n');
    }
  }

  _write(chunk, encoding, done) {
    this.#begin();
    this.#chunk(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding));
    done();
  }

  finish(error) {
    this.#begin();
    const trailers = error === undefined ? ''
      : `Lambda-Runtime-Function-Error-Type: ${utf8(String(error?.name ?? typeof error))}\r\n`
        + `Lambda-Runtime-Function-Error-Body: ${Buffer.from(JSON.stringify(failure(error))).toString('base64')}\r\n`;
    send(`0\r\n${trailers}\r\n`);
    answer();
  }
}

globalThis.awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = 'response';
    if (typeof options?.highWaterMark === 'number') {
      handler[WATER_MARK] = Math.trunc(options.highWaterMark);
    }
    return handler;
  },
  HttpResponseStream: {
    from(response, prelude) {
      response.setContentType('application/vnd.awslambda.http-integration-response');
      response.prelude = Buffer.concat([Buffer.from(JSON.stringify(prelude)), Buffer.alloc(8)]);
      return response;
    },
  },
};

// ---- serving

let handler;
let running = null;

function contextOf(headers, waits) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const parsed = (name) => (headers[name] ? JSON.parse(Buffer.from(headers[name], 'latin1').toString('utf8')) : undefined);
  const context = {
    callbackWaitsForEmptyEventLoop: waits,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed('lambda-runtime-client-context'),
    identity: parsed('lambda-runtime-cognito-identity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  return context;
}

function finish(id, message) {
  if (running?.id !== id) {
    return;
  }
  running = null;
  fs.writeSync(2, MARK);
  send(message + NEXT);
  answer();
  turn();
}

function succeed(id, result) {
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    fail(id, new Error('Unable to stringify response body'));
    return;
  }
  finish(id, post(`invocation/${id}/response`, body));
}

function fail(id, error) {
  logFailure('Invoke Error', error);
  const body = failure(error);
  finish(id, post(`invocation/${id}/error`, body,
    `Lambda-Runtime-Function-Error-Type: ${utf8(body.errorType).replace(/[\r\n]/g, ' ')}\r\n`));
}

// Whether the loop must go round while there is no event: at first, and for ever when an extension lives in this process.
let waitsInLoop = true;

function turn() {
  if (waitsInLoop && start === end) {
    fs.read(IN, input, 0, input.length, null, (error, count) => {
      if (error || count === 0) {
        process.reallyExit(0);
      }
      start = 0;
      end = count;
      begin();
    });
  } else {
    begin();
  }
}

function begin() {
  const next = answer();
  waitsInLoop = next.headers['aloft-internal-extensions'] !== undefined;
  // One turn of the event loop, in which what waited since the last event happens, as after a thaw.
  setImmediate(run, next);
}

// ---- answers of custom resources

// CDK's providers send them to port 443 of the ResponseURL's host, whatever port the URL has. While an event has such a
// URL of this platform, connections of https's own agent to that host and port go to the platform.
let platform;

function platformOf(url) {
  if (typeof url !== 'string') {
    return undefined;
  }
  try {
    const given = new URL(url);
    const own = new URL(process.env.AWS_ENDPOINT_URL);
    return given.port === own.port
      && [own.hostname, 'localhost', '127.0.0.1'].includes(given.hostname)
      ? { known: given.hostname, host: own.hostname, port: Number(own.port) } : undefined;
  } catch {
    return undefined;
  }
}

function letAnswer(event) {
  platform = platformOf(event?.ResponseURL);
  if (platform && !Object.hasOwn(https.globalAgent, 'createConnection')) {
    const usual = https.globalAgent.createConnection;
    https.globalAgent.createConnection = function (options, ...rest) {
      return options.host === platform?.known && Number(options.port) === 443
        ? net.connect({ host: platform.host, port: platform.port })
        : usual.call(this, options, ...rest);
    };
  }
}

function run({ headers, body }) {
  const id = headers['lambda-runtime-aws-request-id'];
  requestId = id;
  tenantId = headers['lambda-runtime-aws-tenant-id'];
  const trace = headers['lambda-runtime-trace-id'];
  if (trace) {
    process.env._X_AMZN_TRACE_ID = trace;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
  running = { id, promised: false };
  const modern = process.env.AWS_EXECUTION_ENV === 'AWS_Lambda_nodejs24.x';
  const context = contextOf(headers, !modern);
  let event;
  try {
    event = JSON.parse(body === '' ? '{}' : body);
  } catch (error) {
    fail(id, error);
    return;
  }
  letAnswer(event);
  if (handler[STREAMING]) {
    streamed(id, event, context);
    return;
  }
  const done = (error, result) => {
    running.empty = undefined;
    if (error !== undefined && error !== null) {
      fail(id, error);
    } else {
      succeed(id, result);
    }
  };
  const callback = (error, result) => {
    if (running?.id !== id) {
      return;
    }
    if ((error === undefined || error === null) && context.callbackWaitsForEmptyEventLoop) {
      running.empty = () => done(null, result);
    } else {
      setImmediate(done, error, result);
    }
  };
  if (!modern) {
    context.done = (error, result) => running?.id === id && done(error, result);
    context.succeed = (result) => context.done(null, result);
    context.fail = (error) => context.done(error === undefined || error === null ? 'handled' : error);
  }
  let result;
  try {
    result = modern ? handler(event, context) : handler(event, context, callback);
  } catch (error) {
    fail(id, error);
    return;
  }
  if (result && typeof result.then === 'function') {
    // Before Node.js 24 a promise that is never settled is an error of async functions only.
    running.promised = modern || handler.constructor?.name === 'AsyncFunction';
    result.then((value) => succeed(id, value), (error) => fail(id, error));
  } else if (modern) {
    succeed(id, result);
  }
}

function streamed(id, event, context) {
  const response = new ResponseStream(id, handler[WATER_MARK]);
  running.promised = true;
  const ended = new Promise((resolve, reject) => {
    response.once('finish', resolve);
    response.once('error', reject);
  });
  const complete = (error) => {
    if (running?.id !== id) {
      return;
    }
    if (error !== undefined && !response.begun) {
      fail(id, error);
      return;
    }
    running = null;
    if (error !== undefined) {
      logFailure('Invoke Error', error);
    }
    response.finish(error);
    fs.writeSync(2, MARK);
    send(NEXT);
    turn();
  };
  ended.catch(() => {});
  running.fail = complete;
  let result;
  try {
    result = handler(event, response, context);
  } catch (error) {
    complete(error);
    return;
  }
  if (!result || typeof result.then !== 'function') {
    complete('Streaming does not support non-async handlers.');
    return;
  }
  result.then((value) => {
    if (value !== undefined) {
      console.warn('Streaming handlers ignore return values.');
    }
    if (!response.writableEnded) {
      throw 'Response stream is not finished.';
    }
    return ended;
  }).then(() => complete(), complete);
}

process.on('beforeExit', () => {
  if (!running) {
    return;
  }
  const { id, promised, empty } = running;
  if (empty) {
    empty();
  } else if (promised) {
    // The next event is served by the same process.
    (running.fail ?? ((error) => fail(id, error)))(new RuntimeError('NodeJsExit', 'The Lambda runtime client detected an unexpected Node.js exit code.'
      + ' This is most commonly caused by a Promise that was never settled. For more information, see'
      + ' https://nodejs.org/docs/latest/api/process.html#exit-codes'));
  } else {
    succeed(id, null);
  }
});

function die(error, what, status, id = running?.id) {
  logFailure(what, error);
  const body = failure(error);
  const header = `Lambda-Runtime-Function-Error-Type: ${utf8(body.errorType).replace(/[\r\n]/g, ' ')}\r\n`;
  fs.writeSync(2, MARK);
  if (id) {
    send(post(`invocation/${id}/error`, body, header));
  } else {
    send(post('init/error', body, header));
  }
  answer();
  process.exit(status);
}

/** Waits for the function and gives its environment; a process that was started for the function has it already. */
function assigned() {
  const started = process.env._ALOFT_ASSIGNED;
  if (!started && fs.readFileSync(0, 'latin1').slice(0, 2) !== 'go') {
    process.exit(120);
  }
  const { environment } = JSON.parse(answer().body);
  if (started) {
    // What a wrapper script exported is in it.
    delete process.env._ALOFT_ASSIGNED;
    return process.env;
  }
  for (const name of Object.keys(process.env)) {
    delete process.env[name];
  }
  return Object.assign(process.env, environment);
}

async function main() {
  // Boots a piece of everything that the first event will need.
  await import('data:text/javascript,');
  void process.stdout;
  const environment = assigned();
  Module._initPaths();
  const root = environment.LAMBDA_TASK_ROOT;
  process.chdir(root);
  format = environment.AWS_LAMBDA_LOG_FORMAT ?? 'Text';
  threshold = Math.max(0, LEVELS.indexOf(environment.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  consoleToLog();
  process.on('uncaughtException', (error) => die(error, 'Uncaught Exception', 129));
  process.on('unhandledRejection', (reason, promise) => {
    const error = new RuntimeError('UnhandledPromiseRejection', String(reason));
    Object.assign(error, { reason, promise });
    die(error, 'Unhandled Promise Rejection', 128);
  });
  try {
    handler = await handlerOf(root, environment._HANDLER);
    const modern = environment.AWS_EXECUTION_ENV === 'AWS_Lambda_nodejs24.x';
    if (!modern && !handler[STREAMING] && handler.length === 3 && handler.constructor?.name !== 'AsyncFunction'
      && environment.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING === undefined) {
      console.warn('AWS Lambda plans to remove support for callback-based function handlers starting with Node.js 24. You will need to'
        + ' update this function to use an async handler to use Node.js 24 or later. For more information and to provide feedback on'
        + ' this change, see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/137. To disable this warning,'
        + ' set the AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING environment variable.');
    }
    if (modern && !handler[STREAMING] && handler.length >= 3) {
      throw new RuntimeError('CallbackHandlerDeprecated', 'AWS Lambda has removed support for callback-based function'
        + ' handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to'
        + ' use Node.js 24 or later. For more information see'
        + ' https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.');
    }
  } catch (error) {
    die(error, 'Uncaught Exception', 129);
  }
  send(NEXT);
  turn();
}

main();
