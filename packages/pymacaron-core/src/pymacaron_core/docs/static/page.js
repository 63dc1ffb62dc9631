// Shows the chosen API in Swagger UI, its requests sent to the server that this page came from.
(function () {
  "use strict";

  const main = document.getElementById("api");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function followColors() {
    document.documentElement.classList.toggle("dark-mode", dark.matches);
  }

  // The browser alone knows under which prefix the service is seen, so it says where the routes are.
  function atThisServer(spec) {
    const base = new URL(main.dataset.base || ".", window.location.href);
    const path = base.pathname.replace(/\/$/, "");
    if (spec.swagger) {
      return { ...spec, host: base.host, schemes: [base.protocol.replace(":", "")], basePath: path || "/" };
    }
    return { ...spec, servers: [{ url: base.origin + path }] };
  }

  function show(spec) {
    main.replaceChildren();
    window.SwaggerUIBundle({
      spec: atThisServer(spec),
      domNode: main,
      presets: [window.SwaggerUIBundle.presets.apis],
      layout: "BaseLayout",
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      persistAuthorization: false,
      filter: Object.keys(spec.paths || {}).length > 15,
      validatorUrl: null,
      queryConfigEnabled: false,
      onComplete: () => main.setAttribute("aria-busy", "false"),
    });
  }

  function tell(error) {
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = "The document could not be loaded: " + error.message;
    main.replaceChildren(note);
    main.setAttribute("aria-busy", "false");
  }

  async function load() {
    const answer = await fetch(main.dataset.document, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error("the server answered " + answer.status);
    }
    return answer.json();
  }

  followColors();
  dark.addEventListener("change", followColors);
  load().then(show).catch(tell);
})();
