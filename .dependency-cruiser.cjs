/** The rules of ARCHITECTURE.md, checked by `npm run deps`. */
module.exports = {
  forbidden: [
    {
      name: "shared-is-pure",
      comment: "shared/ does no I/O: zod is its only dependency",
      severity: "error",
      from: { path: "^shared/src", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^shared/src|/zod/" },
    },
    {
      name: "services-know-ports-only",
      severity: "error",
      from: { path: "^server/src/services", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^server/src/services|^shared/src|/zod/|^zod$" },
    },
    {
      name: "http-does-not-know-adapters",
      severity: "error",
      from: { path: "^server/src/http", pathNot: "\\.test\\.ts$" },
      to: { path: "^server/src/adapters" },
    },
    {
      name: "adapters-do-not-know-http",
      severity: "error",
      from: { path: "^server/src/adapters" },
      to: { path: "^server/src/http" },
    },
    {
      name: "adapters-do-not-know-each-other",
      severity: "error",
      from: { path: "^server/src/adapters/([^/]+)/" },
      to: { path: "^server/src/adapters/([^/]+)/", pathNot: "^server/src/adapters/($1|db|platform)/" },
    },
    {
      name: "server-does-not-know-the-sandbox",
      severity: "error",
      from: { path: "^(server|shared|hubspot-app|zendesk-app)/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^tests/" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { pathNot: "node_modules|generated" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|generated" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types"],
    },
  },
};
