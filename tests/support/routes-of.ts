import type { Express } from "express";

interface Layer {
  route?: { path: string; stack: { method: string }[] } | undefined;
  handle?: { stack?: Layer[] };
}

/** Every route as Express has it; routers are mounted below `/api/v1` alone. */
export function routesOf(app: Express): { method: string; path: string }[] {
  const walk = (stack: readonly Layer[], prefix: string): string[] =>
    stack.flatMap(({ route, handle }) => {
      if (route) return route.stack.map(({ method }) => `${method} ${prefix}${route.path}`);
      return handle?.stack ? walk(handle.stack, "/api/v1") : [];
    });
  // a route is listed once for each of its handlers
  return [...new Set(walk(app.router.stack as Layer[], ""))].map((text) => {
    const [method = "", path = ""] = text.split(" ");
    return { method, path };
  });
}
