// Serves the program of the command line over HTTP, for clients that speak nothing else: what it reads is passed on as it is.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

const sessions = new Map();

async function session() {
  const http = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, http),
  });
  const stdio = new StdioClientTransport({ command: process.argv[2], args: ["mcp"] });
  http.onmessage = (message) => stdio.send(message);
  stdio.onmessage = (message) => http.send(message);
  http.onclose = () => stdio.close();
  await stdio.start();
  await http.start();
  return http;
}

const server = createServer(async (request, response) => {
  const known = sessions.get(request.headers["mcp-session-id"]);
  await (known ?? (await session())).handleRequest(request, response);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
