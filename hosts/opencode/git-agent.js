// git-agent in OpenCode. Made by 'git agent host install opencode'; 'git agent host uninstall opencode' removes it.
import { spawn } from "node:child_process"

// Ask git-agent; never fails, and waits 5 seconds at most.
const ask = (event, payload) =>
  new Promise((resolve) => {
    try {
      const child = spawn("git-agent", ["host", "event", "opencode", event], { stdio: ["pipe", "pipe", "ignore"] })
      let out = ""
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000)
      const done = () => {
        clearTimeout(timer)
        try {
          resolve(JSON.parse(out))
        } catch {
          resolve({})
        }
      }
      child.on("error", done)
      child.on("close", done)
      child.stdout.on("data", (data) => (out += data))
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify(payload))
    } catch {
      resolve({})
    }
  })

export const GitAgent = async ({ client, directory }) => {
  const started = new Map()
  const start = (sessionID) => {
    if (!started.has(sessionID)) started.set(sessionID, ask("session-start", { sessionID, directory }))
    return started.get(sessionID)
  }
  return {
    event: async ({ event }) => {
      const sessionID = event.properties?.sessionID ?? event.properties?.info?.id
      if (!sessionID) return
      if (event.type === "session.created") await start(sessionID)
      if (event.type === "session.deleted") {
        started.delete(sessionID)
        await ask("session-end", { sessionID, directory })
      }
      if (event.type === "session.idle") {
        const { ask: text } = await ask("stop", { sessionID, directory })
        if (text && client.session.promptAsync)
          await client.session.promptAsync({ path: { id: sessionID }, body: { parts: [{ type: "text", text }] } }).catch(() => {})
      }
    },
    // The host ends, or drops what it knows of this directory; a session that goes on starts again.
    dispose: async () => {
      const open = [...started.keys()]
      started.clear()
      await Promise.all(open.map((sessionID) => ask("session-end", { sessionID, directory })))
    },
    "chat.message": async (input, output) => {
      const text = output.parts?.find((part) => part.type === "text")?.text
      if (text) await ask("prompt", { sessionID: input.sessionID, directory, prompt: text, model: input.model?.modelID })
    },
    "experimental.chat.system.transform": async (input, output) => {
      if (!input.sessionID) return
      const { context } = await start(input.sessionID)
      if (context) output.system.push(context)
    },
    "experimental.session.compacting": async (input, output) => {
      const { context } = await ask("pre-compact", { sessionID: input.sessionID, directory })
      if (context) output.context.push(context)
    },
    "shell.env": async (input, output) => {
      if (input.sessionID) output.env.GIT_AGENT_SESSION = `opencode/${input.sessionID}`
    },
    "tool.execute.before": async (input, output) => {
      const payload = { sessionID: input.sessionID, directory, tool: input.tool, args: output.args, callID: input.callID }
      const { deny } = await ask("pre-tool", payload)
      if (deny) throw new Error(deny)
    },
    "tool.execute.after": async (input, output) => {
      const payload = { sessionID: input.sessionID, directory, tool: input.tool, args: input.args, callID: input.callID }
      const { context } = await ask("post-tool", { ...payload, output: String(output.output ?? "").slice(0, 10000) })
      if (context) output.output += `\n${context}`
    },
  }
}
