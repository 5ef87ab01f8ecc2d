// Lambda's Runtime API: asks for an invocation, calls the handler, answers, and asks again.
//
// AWS's own client for Node, the npm package aws-lambda-ric, compiles libcurl and a C++ library when it is installed, for
// which it needs cmake, and its current version asks for Node 22. So this stands in for it: the same steps over node:http
// and one connection that is kept. It starts faster, in Node's favour, because it leaves out what is not used here:
// response streaming, concurrency and a console of its own.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

'use strict';

const http = require('node:http');
const path = require('node:path');

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = process.cwd() } = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, route, body, headers = {}) {
  return new Promise((resolve, reject) => {
    if (body !== undefined) {
      headers = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    }
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/${route}`, headers };
    const request = http.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function callWithError(route, { name, message, stack = '' }) {
  const body = JSON.stringify({ errorType: name, errorMessage: message, stackTrace: stack.split('\n') });
  return call('POST', route, body, { 'lambda-runtime-function-error-type': name });
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function loadHandler(name) {
  const [file, member] = name.split('.');
  try {
    return require(path.resolve(LAMBDA_TASK_ROOT, file))[member];
  } catch (error) {
    await callWithError('init/error', error);
    throw error;
  }
}

async function run() {
  const handler = await loadHandler(process.argv[2]);
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next');
    const context = contextOf(headers);
    // What is there for one invocation must not be left for the next.
    const trace = headers['lambda-runtime-trace-id'];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    const route = `invocation/${context.awsRequestId}`;
    try {
      const response = JSON.stringify(await handler(JSON.parse(text), context));
      await call('POST', `${route}/response`, response);
    } catch (error) {
      await callWithError(`${route}/error`, error);
    }
  }
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
