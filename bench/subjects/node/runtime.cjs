// A client of Lambda's Runtime API: requests an invocation, calls the handler, sends the response, and repeats.
//
// The benchmark does not use AWS's client for Node, the npm package aws-lambda-ric. Its installation compiles libcurl
// and a C++ library, which requires cmake, and its current version requires Node 22. This client makes the same
// requests with node:http over one keep-alive connection. It starts faster, in Node's favour, because it omits what is
// not used here: response streaming, concurrency and a replacement of the console.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

'use strict';

const http = require('node:http');
const path = require('node:path');

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = process.cwd() } = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function sendRequest(method, route, body, headers = {}) {
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

function sendError(route, { name, message, stack = '' }) {
  const body = JSON.stringify({ errorType: name, errorMessage: message, stackTrace: stack.split('\n') });
  return sendRequest('POST', route, body, { 'lambda-runtime-function-error-type': name });
}

function createContext(headers) {
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
    await sendError('init/error', error);
    throw error;
  }
}

async function run() {
  const handler = await loadHandler(process.argv[2]);
  for (;;) {
    const { headers, text } = await sendRequest('GET', 'invocation/next');
    const context = createContext(headers);
    // An invocation must not see the trace id of the previous one.
    const trace = headers['lambda-runtime-trace-id'];
    if (trace) process.env._X_AMZN_TRACE_ID = trace;
    else delete process.env._X_AMZN_TRACE_ID;
    const route = `invocation/${context.awsRequestId}`;
    try {
      const response = JSON.stringify(await handler(JSON.parse(text), context));
      await sendRequest('POST', `${route}/response`, response);
    } catch (error) {
      await sendError(`${route}/error`, error);
    }
  }
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
