// Keeps the theme that the person chose, ticks the clock in the side panel, and says when little time is left. Runs once when the page loads.
() => {
  const THEME = "interviewer-theme";
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  window.chosenTheme = () => localStorage.getItem(THEME) || "system";
  const applyTheme = () => {
    const theme = window.chosenTheme();
    document.body.classList.toggle("dark", theme === "dark" || (theme === "system" && systemIsDark.matches));
  };
  window.setTheme = (theme) => {
    localStorage.setItem(THEME, theme);
    applyTheme();
  };
  if (window.chosenTheme() !== "system") applyTheme();
  // After Gradio's own listener, which knows of no choice.
  systemIsDark.addEventListener("change", () => setTimeout(applyTheme));
  const pad = (n) => String(n).padStart(2, "0");
  const show = (seconds) => `${Math.floor(seconds / 60)}:${pad(Math.floor(seconds % 60))}`;
  setInterval(() => {
    for (const clock of document.querySelectorAll(".clock")) {
      const passed = Date.now() / 1000 - Number(clock.dataset.started);
      const limit = Number(clock.dataset.limit);
      const left = Math.max(0, limit - passed);
      // Whoever is writing when the time is up may finish; the answer still counts.
      const rest = left > 0 ? say("room.left", {time: show(left)}) : say("room.time_up");
      clock.textContent = limit ? rest : show(Math.max(0, passed));
      clock.classList.toggle("soon", Boolean(limit) && left < 90);
      clock.classList.toggle("last", Boolean(limit) && left < 30);
    }
  }, 1000);
}
