// Tells the styles, before the first paint, that scripts run here. govuk-frontend does this inline; our policy allows no inline script.
document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '')
