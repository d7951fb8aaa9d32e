# PowerShell completion for xdrun. To use it: xdrun cmd:completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'xdrun' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        Select-Object -Skip 1 | ForEach-Object { "$_".Trim('"', "'") })
    $program = "$($commandAst.CommandElements[0])"
    $current = $wordToComplete.Trim('"', "'")
    # Older versions pass no empty arguments to programs.
    if ($current -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { $current = '""' }
    & $program cmd:complete @typed $current 2>$null | ForEach-Object {
        $value, $description = $_ -split "`t", 2
        if ($value -eq ':files' -or $value -eq ':folders') { return }
        if (-not $description) { $description = $value }
        $text = if ($value -match '[\s''"]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $description)
    }
}
