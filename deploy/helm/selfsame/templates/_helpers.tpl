{{- define "selfsame.name" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $full | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "selfsame.selector" -}}
app.kubernetes.io/name: selfsame
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "selfsame.labels" -}}
{{ include "selfsame.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "selfsame.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* A setting whose value is a file: one key of a Secret, mounted under /run/secrets/selfsame. */}}
{{- define "selfsame.secretFile" -}}
- name: {{ .setting }}_FILE
  value: /run/secrets/selfsame/{{ .file }}
{{- end }}
