document.querySelector("h1").append(", first edition");
